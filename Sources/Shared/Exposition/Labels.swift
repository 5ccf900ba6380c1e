/// Label names with their values, in the order given.
///
/// Kept as what becomes of them in the text format, `name="value",name="value"` with its escapes: one row of a device gives the same labels
/// to a dozen samples, and to write a sample is then to copy bytes.
package struct Labels: Sendable, ExpressibleByDictionaryLiteral {
  /// One label.
  package struct Label: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// As it stands between the braces.
  private(set) var text: [UInt8] = []
  /// Of the names in their order: labels of which it differs have not the same names in the same order.
  private(set) var namesHash: UInt64 = 0
  /// Whether Prometheus takes the names: each of them is one, and there is none twice.
  private(set) var isValid = true
  /// A bit for each name, several may share one: where it is not set, the name is not there.
  private var marks: UInt64 = 0

  /// - Parameter pairs: a name that is there twice makes the labels invalid.
  package init(_ pairs: [(String, String)] = []) {
    for (name, value) in pairs where !append(name, value) { isValid = false }
  }

  /// Without a label yet, with room for so many bytes of text.
  package init(capacity: Int) { text.reserveCapacity(capacity) }

  package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

  /// Bytes of text.
  package var size: Int { text.count }

  /// Adds a label unless one of that name is there; the first one wins. Tells whether it was added.
  @discardableResult
  package mutating func append(_ name: String, _ value: String) -> Bool {
    let end = text.count
    if end > 0 { text.append(Self.comma) }
    let start = text.count
    text.append(utf8: name)
    let (hash, isName) = Self.look(at: text, from: start)
    let mark: UInt64 = 1 << (hash >> 58)
    if marks & mark != 0, containsLast(behind: end) {
      text.removeLast(text.count - end)
      return false
    }
    text.append(Self.equals)
    text.append(Self.quote)
    PrometheusText.append(escaped: value, quotes: true, to: &text)
    text.append(Self.quote)
    marks |= mark
    namesHash = Self.joined(namesHash, hash)
    isValid = isValid && isName
    return true
  }

  /// Adds others, each unless one of its name is there.
  package mutating func append(_ others: Labels) {
    guard marks & others.marks == 0, isValid, others.isValid else {
      for label in others.all { append(label.name, label.value) }
      isValid = isValid && others.isValid
      return
    }
    guard !others.text.isEmpty else { return }
    if !text.isEmpty { text.append(Self.comma) }
    text += others.text
    marks |= others.marks
    namesHash = Self.joined(namesHash, others.namesHash)
  }

  /// The labels one by one.
  package var all: [Label] {
    var labels: [Label] = []
    var at = 0
    while let (name, value, next) = label(at) {
      labels.append(Label(name: name, value: value))
      at = next
    }
    return labels
  }

  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  // MARK: Text

  private static let comma = UInt8(ascii: ",")
  private static let equals = UInt8(ascii: "=")
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// The label that begins at `start`, and where the one behind it would begin.
  private func label(_ start: Int) -> (name: String, value: String, next: Int)? {
    guard start < text.count, let equals = text[start...].firstIndex(of: Self.equals) else { return nil }
    var value: [UInt8] = []
    var at = equals + 2
    while at < text.count, text[at] != Self.quote {
      if text[at] == Self.backslash, at + 1 < text.count {
        at += 1
        value.append(text[at] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : text[at])
      } else {
        value.append(text[at])
      }
      at += 1
    }
    return (String(decoding: text[start..<equals], as: UTF8.self), String(decoding: value, as: UTF8.self), at + 2)
  }

  /// Whether a label has the name that stands at the end of the text, behind `end`.
  private func containsLast(behind end: Int) -> Bool {
    text.withUnsafeBufferPointer { text in
      let name = text[(end + 1)...]
      var start = 0
      while start < end {
        guard let equals = text[start..<end].firstIndex(of: Self.equals) else { return false }
        if equals - start == name.count, text[start..<equals].elementsEqual(name) { return true }
        // On to the quote at the end of the value, and behind the comma.
        var at = equals + 2
        while at < end, text[at] != Self.quote { at += text[at] == Self.backslash ? 2 : 1 }
        start = at + 2
      }
      return false
    }
  }

  /// A hash (FNV-1a) of the name at the end of `text`, and whether it is a name; see ``MetricName/isValidLabel(_:)``.
  private static func look(at text: [UInt8], from start: Int) -> (hash: UInt64, isName: Bool) {
    text.withUnsafeBufferPointer { text in
      let name = UnsafeBufferPointer(rebasing: text[start...])
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      var isName = !name.isEmpty
      for byte in name {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        isName = isName && MetricName.isPart(byte)
      }
      guard isName, !MetricName.isDigit(name[0]) else { return (hash, false) }
      let underscore = UInt8(ascii: "_")
      return (hash, !(name.count >= 2 && name[0] == underscore && name[1] == underscore))
    }
  }

  private static func joined(_ hash: UInt64, _ next: UInt64) -> UInt64 { (hash ^ next) &* 0x9e37_79b9_7f4a_7c15 }
}

extension Labels: Hashable {
  package static func == (left: Labels, right: Labels) -> Bool { left.text == right.text && left.isValid == right.isValid }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension [UInt8] {
  /// Adds the bytes of a text.
  mutating func append(utf8 string: String) {
    // Nearly every text is one piece.
    let isPiece: Void? = string.utf8.withContiguousStorageIfAvailable { append(contentsOf: $0) }
    if isPiece == nil { append(contentsOf: string.utf8) }
  }
}
