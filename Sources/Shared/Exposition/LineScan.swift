internal import Glibc

/// Finds the pieces of a sample line without making text of them, which is what reading twenty megabytes takes. Accepts what
/// `SampleLine` accepts.
package struct LineScan: Sendable {
  /// Where a label stands; the value is between its quotes, escapes kept.
  package struct Label: Sendable {
    package var name: Range<Int>
    package var value: Range<Int>
  }

  /// Labels of a sample; more are refused, for each is compared with those before.
  package static let labelLimit = 128

  package private(set) var name = 0..<0
  package private(set) var labels: [Label] = []
  package private(set) var value = 0..<0
  /// Where the closing brace is; `nil`: no braces.
  package private(set) var brace: Int?
  /// `name{a="b"} 1` with nothing more anywhere: it can be handed on as it is.
  package private(set) var isPlain = false

  package init() {}

  /// Whether the line (without its end) is a sample. The members tell about the line read last.
  package mutating func read(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    labels.removeAll(keepingCapacity: true)
    brace = nil
    isPlain = true
    var at = 0
    let end = line.count
    skipBlanks(line, &at)
    let start = at
    while at < end, Self.isNameByte(line[at]) { at += 1 }
    guard at > start, !Self.isDigit(line[start]) else { return false }
    name = start..<at
    // One blank before the value is how it is written; anything else is accepted too.
    let afterName = isPlain
    skipBlanks(line, &at)
    if at < end, line[at] == UInt8(ascii: "{") {
      at += 1
      guard readLabels(line, &at) else { return false }
      brace = at
      at += 1
      let wasPlain = isPlain
      skipBlanks(line, &at)
      isPlain = wasPlain && brace == at - 2 && line[at - 1] == 0x20
    } else {
      isPlain = afterName && at == name.upperBound + 1 && line[at - 1] == 0x20
    }
    let first = at
    while at < end, line[at] > 0x20, line[at] < 0x7F { at += 1 }
    value = first..<at
    guard isNumber(line) else { return false }
    if at < end { isPlain = false }
    skipBlanks(line, &at)
    guard at < end else { return true }
    return readStamp(line, &at)
  }

  private mutating func readLabels(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    let end = line.count
    skipBlanks(line, &at)
    while at < end, line[at] != UInt8(ascii: "}") {
      let start = at
      while at < end, Self.isNameByte(line[at]), line[at] != UInt8(ascii: ":") { at += 1 }
      let label = start..<at
      guard !label.isEmpty, !Self.isDigit(line[start]), !(label.count > 1 && line[start] == 0x5F && line[start + 1] == 0x5F)
      else { return false }
      skipBlanks(line, &at)
      guard at < end, line[at] == UInt8(ascii: "=") else { return false }
      at += 1
      skipBlanks(line, &at)
      guard let value = quoted(line, &at), labels.count < Self.labelLimit,
        !labels.contains(where: { Self.same(line, $0.name, label) })
      else { return false }
      labels.append(Label(name: label, value: value))
      skipBlanks(line, &at)
      guard at < end else { return false }
      if line[at] == UInt8(ascii: ",") {
        at += 1
        skipBlanks(line, &at)
        if at < end, line[at] == UInt8(ascii: "}") { isPlain = false }
      } else if line[at] != UInt8(ascii: "}") {
        return false
      }
    }
    if labels.isEmpty { isPlain = false }
    return at < end
  }

  /// The place between quotes; only `\\`, `\"` and `\n` are escapes.
  private func quoted(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Range<Int>? {
    let end = line.count
    guard at < end, line[at] == UInt8(ascii: "\"") else { return nil }
    at += 1
    let start = at
    var isASCII = true
    while at < end, line[at] != UInt8(ascii: "\"") {
      if line[at] == UInt8(ascii: "\\") {
        at += 1
        guard at < end, line[at] == UInt8(ascii: "\\") || line[at] == UInt8(ascii: "\"") || line[at] == UInt8(ascii: "n") else {
          return nil
        }
      } else if line[at] >= 0x80 {
        isASCII = false
      }
      at += 1
    }
    guard at < end else { return nil }
    defer { at += 1 }
    if !isASCII, String(validating: UnsafeBufferPointer(rebasing: line[start..<at]), as: UTF8.self) == nil { return nil }
    return start..<at
  }

  /// A time stamp, to the end of the line.
  private func readStamp(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    let start = at
    while at < line.count, line[at] > 0x20, line[at] < 0x7F { at += 1 }
    guard at > start, Int64(String(decoding: line[start..<at], as: UTF8.self)) != nil else { return false }
    while at < line.count, line[at] == 0x20 || line[at] == 0x09 { at += 1 }
    return at == line.count
  }

  private func isNumber(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !value.isEmpty else { return false }
    // Nearly all are digits with a point among them.
    var at = value.lowerBound + (line[value.lowerBound] == UInt8(ascii: "-") ? 1 : 0)
    var digits = 0
    var points = 0
    while at < value.upperBound {
      if Self.isDigit(line[at]) { digits += 1 } else if line[at] == UInt8(ascii: "."), digits > 0 { points += 1 } else { break }
      at += 1
    }
    if at == value.upperBound, digits > 0, digits < 300, points <= 1, line[at - 1] != UInt8(ascii: ".") { return true }
    return SampleLine.isNumber(String(decoding: line[value], as: UTF8.self))
  }

  private mutating func skipBlanks(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) {
    while at < line.count, line[at] == 0x20 || line[at] == 0x09 {
      at += 1
      isPlain = false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 11 || byte == 0x5F
  }

  package static func same(_ line: UnsafeBufferPointer<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.count == right.count else { return false }
    guard let base = line.baseAddress else { return true }
    return memcmp(base + left.lowerBound, base + right.lowerBound, left.count) == 0
  }

  /// What tells the series from others of its device: labels in whatever order, empty ones not at all. Another for each process.
  package func identity(_ line: UnsafeBufferPointer<UInt8>) -> Int {
    var sum = hash(line, name)
    for label in labels where !label.value.isEmpty {
      var hasher = Hasher()
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(line)[label.name]))
      hasher.combine(0xFF as UInt8)
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(line)[label.value]))
      sum = sum &+ hasher.finalize()
    }
    return sum
  }

  private func hash(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(line)[range]))
    return hasher.finalize()
  }
}
