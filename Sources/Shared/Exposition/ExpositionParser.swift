/// Reads the Prometheus text format 0.0.4 line by line. A line that is wrong is dropped and counted; it never takes others with it.
struct ExpositionParser {
  private(set) var written: Double?
  private(set) var dropped = 0
  private(set) var families: [RenderedFamily] = []
  private var places: [String: Int] = [:]
  /// Series already met.
  private var seen: Set<Int> = []
  private var scan = LineScan()
  /// The name of the sample before, and its family.
  private var lastName: (name: [UInt8], place: Int)?
  /// The family of the last sample line and how long its lines were before.
  private var lastLine: (place: Int, length: Int)?
  /// Labels to add.
  private let external: [(name: [UInt8], text: [UInt8])]

  init(external: [Labels.Label]) {
    self.external = external.map { label in
      // As it stands in a line, with a comma behind it.
      var text = Array("\(label.name)=\"".utf8)
      PrometheusText.append(escaped: label.value, quotes: true, to: &text)
      text += "\",".utf8
      return (Array(label.name.utf8), text)
    }
  }

  mutating func take(_ line: UnsafeBufferPointer<UInt8>) {
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
      if families[place].help.isEmpty, words.count == 4 { families[place].help = Self.mended(words[3]) }
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

  /// With every backslash that escapes nothing escaped itself: strict readers give up the whole answer for one.
  private static func mended(_ help: Substring) -> String {
    var text = ""
    var isEscape = false
    for character in help.unicodeScalars {
      if isEscape, character != "\\", character != "n" { text += "\\" }
      isEscape = !isEscape && character == "\\"
      text.unicodeScalars.append(character)
    }
    return isEscape ? text + "\\" : text
  }

  /// The place of the family of this name, made where there is none; `nil` when no family may have it.
  private mutating func family(_ name: String) -> Int? {
    if let place = places[name] { return place }
    guard MetricName.isValidMetric(name), families.count < ExpositionFile.familyLimit else {
      dropped += 1
      return nil
    }
    places[name] = families.count
    lastName = nil
    families.append(RenderedFamily(name: name, kind: .untyped, help: ""))
    return families.count - 1
  }

  private mutating func takeSample(_ line: UnsafeBufferPointer<UInt8>) {
    guard scan.read(line), let place = place(of: line) else {
      dropped += 1
      return
    }
    guard seen.insert(scan.identity(line)).inserted else {
      dropped += 1
      return
    }
    lastLine = (place, families[place].lines.count)
    // No method of ours: that would copy all of this to look at it while the lines change.
    Self.append(line, scan, external, to: &families[place].lines)
  }

  /// The family of the sample just read: mostly that of the line before.
  private mutating func place(of line: UnsafeBufferPointer<UInt8>) -> Int? {
    let name = line[scan.name]
    if let lastName, lastName.name.elementsEqual(name) { return lastName.place }
    let text = String(decoding: name, as: UTF8.self)
    guard let place = family(ofSample: text) else { return nil }
    lastName = (Array(name), place)
    return place
  }

  private static func append(
    _ line: UnsafeBufferPointer<UInt8>, _ scan: LineScan, _ external: [(name: [UInt8], text: [UInt8])], to text: inout [UInt8]
  ) {
    let missing = external.filter { label in !scan.labels.contains { line[$0.name].elementsEqual(label.name) } }
    if missing.isEmpty, scan.isPlain {
      text += line
    } else {
      text += line[scan.name]
      text.append(UInt8(ascii: "{"))
      for label in scan.labels {
        text += line[label.name]
        text += [UInt8(ascii: "="), UInt8(ascii: "\"")]
        text += line[label.value]
        text += [UInt8(ascii: "\""), UInt8(ascii: ",")]
      }
      for label in missing { text += label.text }
      text.removeLast()  // the comma, or the brace of a sample without labels
      if !(scan.labels.isEmpty && missing.isEmpty) { text.append(UInt8(ascii: "}")) }
      text.append(UInt8(ascii: " "))
      text += line[scan.value]
    }
    text.append(UInt8(ascii: "\n"))
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
