/// One sample of the text format: `name{label="value",…} value`. A time stamp behind the value is accepted and left out: what a node
/// shows is of now.
package struct SampleLine: Sendable, Equatable {
  package var name: String
  /// Values with their escapes, as they stand in the line.
  package var labels: [Labels.Label]
  /// The number as it stands in the line.
  package private(set) var value: String

  /// `nil` for what Prometheus would refuse.
  package init?(_ line: ArraySlice<UInt8>) {
    var at = line.startIndex
    func skipBlanks() { while at < line.endIndex, line[at] == 0x20 || line[at] == 0x09 { at += 1 } }
    func word(_ isPart: (UInt8) -> Bool) -> String? {
      let start = at
      while at < line.endIndex, isPart(line[at]) { at += 1 }
      return at > start ? String(validating: line[start..<at], as: UTF8.self) : nil
    }
    skipBlanks()
    guard let name = word(Self.isNameByte), MetricName.isValidMetric(name) else { return nil }
    self.name = name
    labels = []
    skipBlanks()
    if at < line.endIndex, line[at] == UInt8(ascii: "{") {
      at += 1
      skipBlanks()
      while at < line.endIndex, line[at] != UInt8(ascii: "}") {
        guard let label = word(Self.isNameByte), MetricName.isValidLabel(label) else { return nil }
        skipBlanks()
        guard at < line.endIndex, line[at] == UInt8(ascii: "=") else { return nil }
        at += 1
        skipBlanks()
        guard let text = Self.quoted(line, &at), !labels.contains(where: { $0.name == label }) else { return nil }
        labels.append(Labels.Label(name: label, value: text))
        skipBlanks()
        if at < line.endIndex, line[at] == UInt8(ascii: ",") {
          at += 1
          skipBlanks()
        } else if at >= line.endIndex || line[at] != UInt8(ascii: "}") {
          return nil
        }
      }
      guard at < line.endIndex else { return nil }
      at += 1
      skipBlanks()
    }
    guard let value = word({ $0 > 0x20 && $0 < 0x7F }), Self.isNumber(value) else { return nil }
    self.value = value
    skipBlanks()
    guard at < line.endIndex else { return }
    guard let stamp = word({ $0 > 0x20 && $0 < 0x7F }), Int64(stamp) != nil else { return nil }
    skipBlanks()
    guard at == line.endIndex else { return nil }
  }

  /// Writes the line with more labels behind its own.
  package func append(adding extra: [Labels.Label], to text: inout [UInt8]) {
    text += name.utf8
    var isOpen = false
    func label(_ name: String) {
      text.append(isOpen ? UInt8(ascii: ",") : UInt8(ascii: "{"))
      isOpen = true
      text += name.utf8
      text += "=\"".utf8
    }
    for own in labels {
      label(own.name)
      text += own.value.utf8
      text.append(UInt8(ascii: "\""))
    }
    for added in extra {
      label(added.name)
      PrometheusText.append(escaped: added.value, quotes: true, to: &text)
      text.append(UInt8(ascii: "\""))
    }
    if isOpen { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    text += value.utf8
    text.append(UInt8(ascii: "\n"))
  }

  /// The same series with another value.
  package func with(value: String) -> SampleLine {
    var copy = self
    copy.value = value
    return copy
  }

  /// The text between quotes, escapes kept; only `\\`, `\"` and `\n` are escapes.
  private static func quoted(_ line: ArraySlice<UInt8>, _ at: inout Int) -> String? {
    guard at < line.endIndex, line[at] == UInt8(ascii: "\"") else { return nil }
    at += 1
    let start = at
    while at < line.endIndex, line[at] != UInt8(ascii: "\"") {
      if line[at] == UInt8(ascii: "\\") {
        at += 1
        guard at < line.endIndex, "\\\"n".utf8.contains(line[at]) else { return nil }
      }
      at += 1
    }
    guard at < line.endIndex else { return nil }
    defer { at += 1 }
    return String(validating: line[start..<at], as: UTF8.self)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    default: false
    }
  }

  /// Decimal, or a word for what has no digits; Swift's hexadecimal forms are none.
  static func isNumber(_ text: String) -> Bool {
    switch text.lowercased() {
    case "nan", "inf", "+inf", "-inf": true
    default:
      text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "+-.eE".utf8.contains(byte)
        }
      } && Double(text) != nil
    }
  }
}
