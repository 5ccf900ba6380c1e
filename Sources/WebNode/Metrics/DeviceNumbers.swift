import HTTPService
import Shared

/// The numbers of one device's `metrics.prom` that its page shows.
struct DeviceNumbers: Sendable {
  struct Value: Sendable {
    /// By name, escapes resolved.
    var labels: [String: String]
    var value: Double
  }

  /// When the collector wrote them, epoch seconds.
  var written: Double?
  /// The collector.
  var collector: String
  private var families: [String: [Value]] = [:]

  /// - Parameter names: the families to keep.
  init(_ file: ExpositionFile, collector: String, names: Set<String>) {
    written = file.written
    self.collector = collector
    for family in file.families where names.contains(family.name) {
      families[family.name] = family.lines.split(separator: UInt8(ascii: "\n")).compactMap { line in
        // A histogram's buckets are left out: its sum and its count tell enough.
        guard let sample = SampleLine(line), let value = Double(sample.value), value.isFinite, !sample.name.hasSuffix("_bucket")
        else {
          return nil
        }
        var labels = Dictionary(sample.labels.map { ($0.name, Self.plain($0.value)) }, uniquingKeysWith: { first, _ in first })
        labels["__name__"] = sample.name
        return Value(labels: labels, value: value)
      }
    }
  }

  func all(_ name: String) -> [Value] { families[name] ?? [] }

  /// The value of a family that has one series, or of its first.
  func value(_ name: String) -> Double? { families[name]?.first?.value }

  /// The value of the histogram's part.
  func part(_ name: String, _ ending: String) -> Double? {
    families[name]?.first { $0.labels["__name__"] == name + ending }?.value
  }

  /// By a label, `name` of an interface for example.
  func by(_ label: String, _ name: String) -> [String: Double] {
    Dictionary(
      all(name).compactMap { value in value.labels[label].map { ($0, value.value) } }, uniquingKeysWith: { first, _ in first })
  }

  /// A label's value without its escapes.
  static func plain(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var result = ""
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Age in seconds up to which the numbers of the collector that speaks for the device count, before another's newer ones do.
  private static let fresh = 120.0

  /// What collectors wrote of the device; `nil`: nothing can be read at present, or nothing is there.
  static func read(_ device: DeviceView, in snapshot: FleetSnapshot, series: SeriesService, names: Set<String>) async
    -> DeviceNumbers?
  {
    var best: DeviceNumbers?
    for folder in device.steadyFolders where folder.isAnswering {
      let (path, collector) = (folder.directory.metrics, folder.collector)
      // A file that cannot be read is reported by whoever serves the metrics; here its numbers are unknown.
      let found = try? await series.pool(folder.root).run {
        DeviceNumbers(
          ExpositionFile(parsing: try BoundedFile.read(path, limit: ExpositionFile.sizeLimit)), collector: collector, names: names
        )
      }
      guard let found, let written = found.written, written <= snapshot.time + Double(JournalTail.farthestFuture) else {
        continue
      }
      if written > best?.written ?? -1 { best = found }
      // Each collector counts by itself: the page shall not go back and forth between them.
      if snapshot.time - written <= fresh { return best }
    }
    return best
  }
}
