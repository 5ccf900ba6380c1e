internal import Foundation

/// A bounds-checked reader over JSON bytes for the journal, where a general decoder would cost more than sampling itself.
/// Every method answers `nil` or `false` on anything that is not the JSON asked for (RFC 8259).
package struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var depth = 0
  private static let depthLimit = 32

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether only white space is left.
  package var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  /// Consumes `byte` if it comes next, after white space.
  package mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Reads an object and hands each member's name to `member`, which must consume its value.
  package mutating func object(_ member: (String, inout JSONReader) -> Bool) -> Bool {
    guard depth < Self.depthLimit, take(UInt8(ascii: "{")) else { return false }
    depth += 1
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return true }
    repeat {
      guard let name = string(), take(UInt8(ascii: ":")), member(name, &self) else { return false }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  /// Reads a string.
  package mutating func string() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = position
    var escaped = false
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      if bytes[position] < 0x20 { return nil }
      if bytes[position] == UInt8(ascii: "\\") {
        escaped = true
        position += 1
      }
      position += 1
    }
    guard position < bytes.count else { return nil }
    let content = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    position += 1
    if !escaped { return String(validating: content, as: UTF8.self) }
    // Escapes are rare: names of devices with quotes. The general decoder knows them all.
    return try? JSONDecoder().decode(String.self, from: Data([UInt8(ascii: "\"")] + Array(content) + [UInt8(ascii: "\"")]))
  }

  /// Reads a finite number.
  package mutating func number() -> Double? {
    skipSpace()
    let start = position
    while position < bytes.count, position - start < 40, isNumeric(bytes[position]) { position += 1 }
    guard position > start, bytes[start] != UInt8(ascii: "+") else { return nil }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// Reads a whole number that fits 64 bits, or `null` (which is `.some(nil)`).
  package mutating func unsignedOrNull() -> UInt64?? {
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "n") { return takeWord("null") ? .some(nil) : nil }
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
      position += 1
    }
    guard position > start else { return nil }
    if position < bytes.count, isNumeric(bytes[position]) { return nil }
    return .some(value)
  }

  /// Passes over any value.
  package mutating func skipValue() -> Bool {
    skipSpace()
    guard position < bytes.count else { return false }
    switch bytes[position] {
    case UInt8(ascii: "{"): return object { _, reader in reader.skipValue() }
    case UInt8(ascii: "["):
      guard depth < Self.depthLimit else { return false }
      depth += 1
      defer { depth -= 1 }
      position += 1
      if take(UInt8(ascii: "]")) { return true }
      repeat { guard skipValue() else { return false } } while take(UInt8(ascii: ","))
      return take(UInt8(ascii: "]"))
    case UInt8(ascii: "\""): return string() != nil
    case UInt8(ascii: "t"): return takeWord("true")
    case UInt8(ascii: "f"): return takeWord("false")
    case UInt8(ascii: "n"): return takeWord("null")
    default: return number() != nil
    }
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard bytes.count - position >= length else { return false }
    for index in 0..<length where bytes[position + index] != word.utf8Start[index] { return false }
    position += length
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, isSpace(bytes[position]) { position += 1 }
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
      UInt8(ascii: "E"):
      true
    default: false
    }
  }
}
