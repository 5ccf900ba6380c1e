/// RRDtool's consolidation functions that a traffic archive uses.
package enum ArchiveConsolidation: String, Sendable, Hashable, CaseIterable {
  case average = "AVERAGE"
  case minimum = "MIN"
  case maximum = "MAX"
}

/// The validated header of an RRD file: what it holds and where.
///
/// A value of this type has passed every check of `init(decoding:fileSize:)`; arithmetic on its fields does not overflow.
package struct ArchiveHeader: Sendable, Equatable {
  package struct DataSource: Sendable, Equatable {
    package let name: String
    /// RRDtool's type, such as `GAUGE`.
    package let type: String
    /// Seconds without an update until the value becomes unknown.
    package let heartbeat: UInt64
    /// Values outside are stored as unknown; NaN: no limit.
    package let minimum: Double
    package let maximum: Double
  }

  /// One round-robin archive inside the file.
  package struct Archive: Sendable, Equatable {
    package let consolidation: ArchiveConsolidation
    package let pdpPerRow: Int
    package let rows: Int
    /// Position in the ring of the newest row.
    package let currentRow: Int
    /// Share of a row that may be unknown without the row being unknown.
    package let xff: Double
    /// Byte position in the file of the ring's first row.
    package let offset: Int
    /// Seconds covered by one row.
    package let step: Int
    /// End of the newest complete row, epoch seconds.
    package let end: Int
    /// Place in the file's own list, which also counts archives that are left out here.
    let index: Int
    /// Rows up to this time (epoch seconds) hold means of longer rows that a conversion spread over them: no extremes can be told from
    /// them. 0: there are none such. See ``ArchiveMark``.
    package let extremesFrom: Int

    /// Beginning of the oldest row, epoch seconds.
    package var start: Int { end - rows * step }
  }

  /// 1 to 5, as in the file's first bytes.
  package let version: Int
  /// Epoch seconds of the last update: everything up to here has been written, known or unknown.
  package let lastUpdate: Int
  /// Microseconds that belong to `lastUpdate`.
  package let lastUpdateMicroseconds: Int
  /// Seconds of a primary data point.
  package let pdpStep: Int
  package let dataSources: [DataSource]
  /// AVERAGE, MIN and MAX archives in the order of the file. LAST archives are left out, except with one point a row: then
  /// every function gives the same rows, and they are listed as AVERAGE.
  package let archives: [Archive]
  /// Archives in the file, with those that are left out of `archives`.
  let fileArchives: Int
  /// Positions of `rx` and `tx` in a row.
  package let rxColumn: Int
  package let txColumn: Int
  /// Bytes before the first row.
  package let length: Int

  /// Whether `ArchiveWriter` may add rows: `rx` and `tx` hold rates, and nothing in the file needs a formula.
  package var isWritable: Bool {
    dataSources[rxColumn].type == "GAUGE" && dataSources[txColumn].type == "GAUGE"
      && dataSources.allSatisfy { $0.type != "COMPUTE" }
  }
}

extension ArchiveHeader {
  /// The archive `rrdtool fetch` takes: of those that reach back to `from` the one whose step is nearest to `step`, else
  /// the one that covers most of the window. Archives without consolidation (one point a row) serve all three functions.
  func bestArchive(_ consolidation: ArchiveConsolidation, step: Int, from: Int, to: Int) -> Archive? {
    var full: Archive?
    var partial: (archive: Archive, match: Int)?
    for archive in archives where archive.consolidation == consolidation || archive.pdpPerRow == 1 {
      let difference = abs(step - archive.step)
      if archive.start <= from {
        if let best = full, difference >= abs(step - best.step) { continue }
        full = archive
      } else {
        let match = (to - from) - (archive.start - from)
        if let best = partial,
          match < best.match || (match == best.match && difference >= abs(step - best.archive.step))
        {
          continue
        }
        partial = (archive, match)
      }
    }
    return full ?? partial?.archive
  }
}
