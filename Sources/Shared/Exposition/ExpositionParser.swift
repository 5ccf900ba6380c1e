/// Reads the Prometheus text format 0.0.4 line by line. A line that is wrong is dropped and counted; it never takes others with it.
struct ExpositionParser {
  private(set) var written: Double?
  private(set) var dropped = 0
  private(set) var families: [RenderedFamily] = []
  private var places: [String: Int] = [:]
  /// Series already met, as name and labels in a fixed order.
  private var seen: Set<String> = []
  /// The family of the last sample line and how long its lines were before.
  private var lastLine: (place: Int, length: Int)?
  private let external: [Labels.Label]

  init(external: [Labels.Label]) { self.external = external }

  mutating func take(_ line: ArraySlice<UInt8>) {
    lastLine = nil
    if line.first == UInt8(ascii: "#") {
      takeComment(String(decoding: line, as: UTF8.self))
    } else if line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") && $0 != UInt8(ascii: "\r") }) {
      takeSample(line)
    }
  }

  /// Takes the line read last back.
  mutating func dropLastLine() {
    guard let (place, length) = lastLine else { return }
    families[place].lines.removeLast(families[place].lines.count - length)
    dropped += 1
  }

  private mutating func takeComment(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
    guard words.count >= 3, words[0] == "#" else { return }
    switch words[1] {
    case "written": if written == nil { written = Double(words[2]).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } }
    case "HELP":
      guard let place = family(String(words[2])) else { return }
      if families[place].help.isEmpty, words.count == 4 { families[place].help = String(words[3]) }
    case "TYPE":
      guard words.count == 4, let kind = MetricFamily.Kind(rawValue: String(words[3])),
        let place = family(String(words[2])), families[place].lines.isEmpty
      else {
        dropped += 1
        return
      }
      families[place].kind = kind
    default: return
    }
  }

  /// The place of the family of this name, made where there is none; `nil` when no family may have it.
  private mutating func family(_ name: String) -> Int? {
    if let place = places[name] { return place }
    guard MetricName.isValidMetric(name) else {
      dropped += 1
      return nil
    }
    places[name] = families.count
    families.append(RenderedFamily(name: name, kind: .untyped, help: ""))
    return families.count - 1
  }

  private mutating func takeSample(_ line: ArraySlice<UInt8>) {
    guard let sample = SampleLine(line), let place = family(ofSample: sample.name) else {
      dropped += 1
      return
    }
    let labels = sample.labels.map { "\($0.name)\u{1}\($0.value)" }.sorted().joined(separator: "\u{0}")
    guard seen.insert(sample.name + "\u{0}" + labels).inserted else {
      dropped += 1
      return
    }
    lastLine = (place, families[place].lines.count)
    let missing = external.filter { label in !sample.labels.contains { $0.name == label.name } }
    sample.append(adding: missing, to: &families[place].lines)
  }

  /// Histograms and summaries have samples under longer names.
  private mutating func family(ofSample name: String) -> Int? {
    if let place = places[name] { return place }
    for (suffix, kinds) in [
      ("_bucket", [.histogram]), ("_sum", [.histogram, .summary]), ("_count", [.histogram, .summary]),
    ] as [(String, Set<MetricFamily.Kind>)]
    where name.hasSuffix(suffix) {
      if let place = places[String(name.dropLast(suffix.count))], kinds.contains(families[place].kind) { return place }
    }
    return family(name)
  }
}
