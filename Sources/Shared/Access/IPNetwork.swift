/// A range of addresses in CIDR form. An address alone is a network of one.
package struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  /// The first address of the range.
  package let base: IPAddress
  package let prefixLength: Int

  /// Host bits of `address` are cleared. `nil` when the prefix is longer than the address.
  package init?(_ address: IPAddress, prefixLength: Int) {
    guard (0...address.width).contains(prefixLength) else { return nil }
    let bits = address.bits & Self.mask(prefixLength, width: address.width)
    // Clearing low bits never turns an IPv6 address into an IPv4-mapped one, so the kind stays.
    base = address.isIPv6 ? IPAddress(v6: bits) : IPAddress(v4: UInt32(truncatingIfNeeded: bits))
    self.prefixLength = prefixLength
  }

  package init(_ address: IPAddress) {
    base = address
    prefixLength = address.width
  }

  /// `10.0.0.0/8`, `192.168.1.7/24` (host bits are allowed), `fd00::/8`, or a single address.
  package init(parsing text: String) throws(ConfigProblem) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else {
      throw ConfigProblem("\"\(text)\" is no address", allowed: AccessList.allowed)
    }
    guard parts.count > 1 else {
      self.init(address)
      return
    }
    // ::ffff:10.0.0.0/104 is the IPv4 network 10.0.0.0/8.
    let mapped = !address.isIPv6 && first.contains(":") ? 96 : 0
    guard parts.count == 2, let length = Self.prefixLength(parts[1]),
      let network = IPNetwork(address, prefixLength: length - mapped)
    else {
      throw ConfigProblem(
        "\"\(text)\" has no prefix length from \(mapped) to \(address.width + mapped)", allowed: AccessList.allowed)
    }
    self = network
  }

  package func contains(_ address: IPAddress) -> Bool {
    address.isIPv6 == base.isIPv6 && address.bits & Self.mask(prefixLength, width: base.width) == base.bits
  }

  package var description: String { prefixLength == base.width ? base.description : "\(base)/\(prefixLength)" }

  private static func mask(_ prefixLength: Int, width: Int) -> UInt128 {
    let hostBits = width - prefixLength
    let all: UInt128 = width == 128 ? .max : 0xFFFF_FFFF
    // Swift's shifts give 0 for the whole width, where C's are undefined.
    return (all >> hostBits) << hostBits
  }

  private static func prefixLength(_ text: Substring) -> Int? {
    guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard text.count == 1 || text.first != "0" else { return nil }
    return Int(text)
  }
}
