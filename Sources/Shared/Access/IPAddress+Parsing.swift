extension IPAddress {
  /// Parses strictly: four decimal octets without leading zeros (`010` is octal to some readers), or IPv6 as RFC 4291 writes it.
  /// Anything around it, also brackets, ports and zone identifiers (`%eth0`), makes it `nil`.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (2...45).contains(bytes.count) else { return nil }
    if bytes.contains(UInt8(ascii: ":")) {
      guard let bits = Self.v6Bits(bytes) else { return nil }
      self.init(v6: bits)
    } else {
      guard let bits = Self.v4Bits(bytes[...]) else { return nil }
      self.init(v4: bits)
    }
  }

  private static func v4Bits(_ text: ArraySlice<UInt8>) -> UInt32? {
    let octets = text.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
    guard octets.count == 4 else { return nil }
    var bits: UInt32 = 0
    for octet in octets {
      guard (1...3).contains(octet.count), octet.allSatisfy(isDigit), octet.count == 1 || octet.first != UInt8(ascii: "0") else {
        return nil
      }
      let value = octet.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
      guard value <= 255 else { return nil }
      bits = bits << 8 | value
    }
    return bits
  }

  private static func v6Bits(_ text: [UInt8]) -> UInt128? {
    guard let gap = text.indices.first(where: { text[$0...].starts(with: "::".utf8) }) else {
      guard let groups = v6Groups(text[...]), groups.count == 8 else { return nil }
      return joined(groups)
    }
    let (head, tail) = (text[..<gap], text[(gap + 2)...])
    guard let before = head.isEmpty ? [] : v6Groups(head, allowsV4: false), let after = tail.isEmpty ? [] : v6Groups(tail),
      before.count + after.count <= 7
    else { return nil }
    return joined(before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
  }

  /// Groups of one to four hex digits between colons; the last two may be an IPv4 address.
  private static func v6Groups(_ text: ArraySlice<UInt8>, allowsV4: Bool = true) -> [UInt16]? {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, allowsV4, part.contains(UInt8(ascii: ".")) {
        guard let v4 = v4Bits(part) else { return nil }
        groups += [UInt16(v4 >> 16), UInt16(v4 & 0xFFFF)]
      } else {
        guard (1...4).contains(part.count), part.allSatisfy(isHexDigit),
          let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
        else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  private static func joined(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
