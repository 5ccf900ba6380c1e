/// An IPv4 or IPv6 address. IPv4-mapped IPv6 (`::ffff:10.0.0.1`, what a dual-stack socket reports) is the IPv4 address it stands for,
/// however it is made: rules and peers compare without special cases.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  package let isIPv6: Bool
  /// The address as a number; an IPv4 address takes the lowest 32 bits.
  package let bits: UInt128

  /// Number of bits of an address of this kind: 32 or 128.
  package var width: Int { isIPv6 ? 128 : 32 }

  package init(v4 bits: UInt32) {
    isIPv6 = false
    self.bits = UInt128(bits)
  }

  package init(v6 bits: UInt128) {
    isIPv6 = bits >> 32 != 0xFFFF
    self.bits = isIPv6 ? bits : bits & 0xFFFF_FFFF
  }

  /// From the bytes of an `in_addr` (4) or `in6_addr` (16), i.e. in network order. `nil` for any other number of bytes.
  package init?(bytes: some Collection<UInt8>) {
    let bits = bytes.prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    switch bytes.count {
    case 4: self.init(v4: UInt32(truncatingIfNeeded: bits))
    case 16: self.init(v6: bits)
    default: return nil
    }
  }

  /// 127.0.0.0/8 and ::1.
  package var isLoopback: Bool { isIPv6 ? bits == 1 : bits >> 24 == 127 }

  /// Dotted quad, or RFC 5952 for IPv6.
  package var description: String {
    guard isIPv6 else { return (0..<4).map { String(bits >> UInt128(24 - 8 * $0) & 0xFF) }.joined(separator: ".") }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
    guard let zeros = Self.longestZeros(groups) else { return Self.hex(groups[...]) }
    return Self.hex(groups[..<zeros.lowerBound]) + "::" + Self.hex(groups[zeros.upperBound...])
  }

  private static func hex(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first of the longest runs of two or more zero groups.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best = 0..<1
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best.count > 1 ? best : nil
  }
}
