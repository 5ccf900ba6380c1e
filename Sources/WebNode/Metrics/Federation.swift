import Shared

/// What `/federate` answers, made a part at a time: every series that one of the selectors takes, sorted by name, with its time.
struct Federation: Sendable {
  /// Bytes made at a time, or little more.
  static let batch = 1 << 20

  /// A name of samples, where its lines are, and who wants it.
  private struct Job: Sendable {
    var name: [UInt8]
    var parts: [(lines: [UInt8], stamp: [UInt8])]
    /// Only lines of that name count: a histogram's family has several.
    var isCompound: Bool
    var selectors: [Selector]
  }

  private var jobs: [Job]
  private var next = 0
  private var nextPart = 0
  private var hasHead = false

  /// - Parameter own: the node's own families, which are of now.
  init(_ selectors: [Selector], _ contents: MetricsSource.Contents, _ view: MetricsView) {
    var jobs: [Job] = []
    func add(_ head: FamilyHead, _ parts: () -> [(lines: [UInt8], stamp: [UInt8])]) {
      for suffix in head.kind.isCompound ? ["", "_bucket", "_sum", "_count"] : [""] {
        let name = Array((head.name + suffix).utf8)
        let wanting = selectors.filter { $0.accepts(name: name) }
        guard !wanting.isEmpty else { continue }
        jobs.append(Job(name: name, parts: parts(), isCompound: head.kind.isCompound, selectors: wanting))
      }
    }
    let now = Self.stamp(contents.time)
    let own = Dictionary(contents.own.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    // Those of the view, which may be of a moment ago: all of one time, and heads and lines of each other.
    let stamps = view.sources.map { Self.stamp($0.metrics.written ?? contents.time) }
    var joined: Set<String> = []
    for block in view.blocks {
      add(block.head) {
        var parts: [(lines: [UInt8], stamp: [UInt8])] = []
        for (source, stamp) in zip(view.sources, stamps) {
          guard let part = source.metrics.parts[block.head.name], part.head.kind.stands(beside: block.head.kind) else { continue }
          parts.append((part.lines, stamp))
        }
        if let family = own[block.head.name] { parts.append((family.lines, now)) }
        return parts
      }
      if own[block.head.name] != nil { joined.insert(block.head.name) }
    }
    for family in contents.own where !joined.contains(family.name) {
      add(FamilyHead(name: family.name, kind: family.kind, help: "", isInfo: false)) { [(family.lines, now)] }
    }
    self.jobs = jobs.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// Milliseconds, as the text format has them.
  private static func stamp(_ time: Double) -> [UInt8] {
    Array(" \(Int64(exactly: (time * 1000).rounded()) ?? 0)\n".utf8)
  }

  var isDone: Bool { next == jobs.count }

  /// The next part of the text; empty when there is nothing more. Takes time.
  mutating func make() -> [UInt8] {
    var text: [UInt8] = []
    var scan = LineScan()
    while next < jobs.count, text.count < Self.batch {
      let job = jobs[next]
      while nextPart < job.parts.count, text.count < Self.batch {
        job.parts[nextPart].lines.withUnsafeBufferPointer { lines in
          take(lines, job, job.parts[nextPart].stamp, &scan, &text)
        }
        nextPart += 1
      }
      if nextPart == job.parts.count {
        next += 1
        nextPart = 0
        hasHead = false
      }
    }
    return text
  }

  private mutating func take(
    _ lines: UnsafeBufferPointer<UInt8>, _ job: Job, _ stamp: [UInt8], _ scan: inout LineScan, _ text: inout [UInt8]
  ) {
    var start = 0
    while start < lines.count {
      let end = lines[start...].firstIndex(of: UInt8(ascii: "\n")) ?? lines.count
      let line = UnsafeBufferPointer(rebasing: lines[start..<end])
      start = end + 1
      guard scan.read(line), !job.isCompound || line[scan.name].elementsEqual(job.name) else { continue }
      let isWanted = job.selectors.contains { selector in
        selector.accepts(labels: { name in
          scan.labels.first { line[$0.name].elementsEqual(name) }.map { Self.unescaped(line[$0.value]) }
        })
      }
      guard isWanted else { continue }
      if !hasHead {
        // As Prometheus does, which knows no types of single series.
        text += "# TYPE ".utf8
        text += job.name
        text += " untyped\n".utf8
        hasHead = true
      }
      Self.append(line, scan, stamp, &text)
    }
  }

  /// Empty labels are none, and are left out as Prometheus does.
  private static func append(_ line: UnsafeBufferPointer<UInt8>, _ scan: LineScan, _ stamp: [UInt8], _ text: inout [UInt8]) {
    text += line[scan.name]
    var separator = UInt8(ascii: "{")
    for label in scan.labels where !label.value.isEmpty {
      text.append(separator)
      separator = UInt8(ascii: ",")
      text += line[label.name]
      text += [UInt8(ascii: "="), UInt8(ascii: "\"")]
      text += line[label.value]
      text.append(UInt8(ascii: "\""))
    }
    if separator == UInt8(ascii: ",") { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    text += line[scan.value]
    text += stamp
  }

  /// The value as it really is.
  private static func unescaped(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
    guard value.contains(UInt8(ascii: "\\")) else { return Array(value) }
    var text: [UInt8] = []
    var isEscape = false
    for byte in value {
      if !isEscape, byte == UInt8(ascii: "\\") {
        isEscape = true
      } else {
        text.append(isEscape && byte == UInt8(ascii: "n") ? 0x0A : byte)
        isEscape = false
      }
    }
    return text
  }
}
