extension ArchiveHeader {
  /// Whether the file is made as a new one of this retention would be: steps, rows and consolidations.
  package func matches(_ retention: Retention) -> Bool {
    guard pdpStep == 1, isWritable, dataSources.count == 2, archives.count == fileArchives else { return false }
    let wanted = retention.archives.flatMap { spec in spec.consolidations.map { Shape(step: spec.step, rows: spec.rows, of: $0) }
    }
    return archives.map { Shape(step: $0.step, rows: $0.rows, of: $0.consolidation) }.sorted() == wanted.sorted()
  }

  /// Why ``ArchiveConverter`` cannot take the file over as a whole; `nil` when it can.
  var obstacle: String? {
    if dataSources.count != 2 { return "it has data sources beside rx and tx, which would be lost" }
    if !isWritable { return "its data sources are not plain rates (GAUGE)" }
    if pdpStep != 1 { return "its step is \(pdpStep) s, not one second" }
    if archives.isEmpty { return "it has no AVERAGE, MIN or MAX archive" }
    return lastUpdate > 0 ? nil : "it was never updated"
  }

  /// What the file keeps, as a retention is written: `1s:14d, 10s:90d`.
  package var retentionText: String {
    var keep: [Int: Int] = [:]
    for archive in archives { keep[archive.step] = max(keep[archive.step] ?? 0, archive.step * archive.rows) }
    return keep.sorted { $0.key < $1.key }.map { "\(Retention.text(seconds: $0.key)):\(Retention.text(seconds: $0.value))" }
      .joined(separator: ", ")
  }

  private struct Shape: Comparable {
    var step: Int
    var rows: Int
    var consolidation: String

    init(step: Int, rows: Int, of consolidation: ArchiveConsolidation) {
      self.step = step
      self.rows = rows
      self.consolidation = consolidation.rawValue
    }

    static func < (left: Shape, right: Shape) -> Bool {
      (left.step, left.consolidation, left.rows) < (right.step, right.consolidation, right.rows)
    }
  }
}

extension Retention {
  /// The archives as the configuration writes them.
  package var text: String {
    archives.map { "\(Self.text(seconds: $0.step)):\(Self.text(seconds: $0.keep))" }.joined(separator: ", ")
  }

  /// Seconds in the largest unit of a retention that divides them.
  static func text(seconds: Int) -> String {
    for (unit, length) in [("y", year), ("d", 86_400), ("h", 3600), ("m", 60)] where seconds >= length && seconds % length == 0 {
      return "\(seconds / length)\(unit)"
    }
    return "\(seconds)s"
  }
}
