internal import Shared

/// SHA-256 of a certificate's DER encoding, as RouterOS shows it under `/certificate print detail`.
package struct TLSFingerprint: Sendable, Hashable, CustomStringConvertible {
  /// 32 of them.
  package let bytes: [UInt8]

  /// The fingerprint of a certificate.
  package init(ofDER certificate: [UInt8]) {
    bytes = Digest.sha256(certificate)
  }

  /// 64 hexadecimal digits of either case, all pairs separated by colons or none, with `sha256:` before them or not. `nil` otherwise.
  package init?(_ text: String) {
    var digits = text.lowercased()[...]
    if digits.hasPrefix("sha256:") { digits = digits.dropFirst(7) }
    let pairs = digits.split(separator: ":", omittingEmptySubsequences: false)
    let hex = pairs.joined().utf8.compactMap(Self.value(ofDigit:))
    guard hex.count == 64, pairs.joined().utf8.count == 64, pairs.count == 1 || pairs.allSatisfy({ $0.utf8.count == 2 }) else {
      return nil
    }
    bytes = stride(from: 0, to: 64, by: 2).map { hex[$0] << 4 | hex[$0 + 1] }
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// `sha256:` and 64 digits: can be pasted into a configuration.
  package var description: String {
    let digits = Array("0123456789abcdef")
    return "sha256:" + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
