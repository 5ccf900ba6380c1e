import CRE2

/// A regular expression as matchers have them: RE2's syntax, which is Prometheus', matched against the whole text, in time that grows
/// with the text and no faster.
final class RegularExpression: Sendable {
  /// Bytes of a pattern.
  static let lengthLimit = 4096
  /// Bytes that one may take, compiled and at work.
  private static let memoryLimit: Int64 = 1 << 20

  /// Why a pattern is none.
  struct Invalid: Error {
    var reason: String
  }

  // Safe to share: RE2's patterns are constant, and their caches have locks of their own (re2.h).
  private nonisolated(unsafe) let pattern: OpaquePointer

  init(_ text: [UInt8]) throws(Invalid) {
    guard text.count <= Self.lengthLimit else { throw Invalid(reason: "longer than \(Self.lengthLimit) bytes") }
    var error = [CChar](repeating: 0, count: 256)
    let compiled = text.withUnsafeBytes { bytes in
      cre2_compile(bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, Self.memoryLimit, &error, error.count)
    }
    guard let compiled else {
      let reason = error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw Invalid(reason: String(decoding: reason, as: UTF8.self))
    }
    pattern = compiled
  }

  deinit { cre2_free(pattern) }

  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    UnsafeRawBufferPointer(text).withMemoryRebound(to: CChar.self) { cre2_full_match(pattern, $0.baseAddress, $0.count) }
  }

  func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { matches($0) } }
}
