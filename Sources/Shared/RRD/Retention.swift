/// How long an archive keeps its rows at which resolution: the round-robin archives of one RRD file.
package struct Retention: Sendable, Hashable {
  /// One resolution: a row every `step` seconds, kept for `keep` seconds.
  package struct ArchiveSpec: Sendable, Hashable {
    /// Seconds covered by one row.
    package let step: Int
    /// Seconds the rows reach back, a multiple of `step`.
    package let keep: Int

    package init(step: Int, keep: Int) {
      self.step = step
      self.keep = (keep + step - 1) / step * step
    }

    package var rows: Int { keep / step }

    /// A one-second row is a single sample, so its minimum and maximum are its average; longer rows keep all three.
    package var consolidations: [ArchiveConsolidation] { step == 1 ? [.average] : [.minimum, .average, .maximum] }
  }

  /// How many archives, rows and seconds a retention may ask for: mistakes such as `1s:100y` are refused, not allocated.
  package enum Limit {
    package static let archives = 12
    package static let rows = 100_000_000
    package static let step = 86_400
    package static let keep = 100 * Retention.year
  }

  /// RRDtool's and mt-trafmon's year: 365.25 days.
  package static let year = 31_557_600

  package let name: String
  /// Finest first; each step is a multiple of the one before.
  package let archives: [ArchiveSpec]

  init(name: String, archives: [ArchiveSpec]) {
    self.name = name
    self.archives = archives
  }

  /// About 5 MB an interface: seconds for 12 hours, minutes for two weeks, two-hour rows for ten years.
  package static let compact = Retention(
    name: "compact",
    archives: [
      ArchiveSpec(step: 1, keep: 12 * 3600), ArchiveSpec(step: 60, keep: 14 * 86_400),
      ArchiveSpec(step: 900, keep: 183 * 86_400), ArchiveSpec(step: 7200, keep: 10 * year),
    ])

  /// About 84 MB an interface: seconds for two weeks, minutes for half a year, hours for ten years.
  package static let standard = Retention(
    name: "standard",
    archives: [
      ArchiveSpec(step: 1, keep: 14 * 86_400), ArchiveSpec(step: 10, keep: 90 * 86_400),
      ArchiveSpec(step: 60, keep: year / 2), ArchiveSpec(step: 300, keep: 2 * year),
      ArchiveSpec(step: 3600, keep: 10 * year),
    ])

  /// About 1.4 GB an interface: everything mt-trafmon keeps (seconds for a year), with minima, maxima and hourly rows.
  package static let full = Retention(
    name: "full",
    archives: [
      ArchiveSpec(step: 1, keep: year), ArchiveSpec(step: 10, keep: 5 * year), ArchiveSpec(step: 60, keep: 5 * year),
      ArchiveSpec(step: 300, keep: 10 * year), ArchiveSpec(step: 3600, keep: 10 * year),
    ])

  package static let builtIn: [Retention] = [compact, standard, full]

  /// Exact size in bytes of a file with the data sources `rx` and `tx`.
  package var bytes: Int {
    archives.reduce(ArchiveLayout.headerLength(dataSources: 2, archives: 0, version: 3)) { total, spec in
      total + spec.consolidations.count * (ArchiveLayout.headerLengthPerArchive(dataSources: 2) + spec.rows * 16)
    }
  }
}
