import Shared

extension RowValue {
  /// The address of `192.0.2.1:443`, `[2001:db8::1]:443` or of either without a port, as the device wrote it.
  static func host(_ text: String) -> String? {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
      let address = String(text[text.index(after: text.startIndex)..<end])
      return isAddress(address) ? address : nil
    }
    if isAddress(text) { return text }
    guard let colon = text.lastIndex(of: ":"), isPort(text[colon...]) else { return nil }
    let address = String(text[..<colon])
    // Without brackets a port can only stand behind an IPv4 address.
    return address.contains(":") || !isAddress(address) ? nil : address
  }

  /// How many addresses `10.0.0.10-10.0.0.20,10.0.1.0/24,10.0.2.1` holds.
  static func addressCount(_ text: String) -> UInt64? {
    var sum: UInt64 = 0
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let count = pieceCount(piece) else { return nil }
      let next = sum.addingReportingOverflow(count)
      guard !next.overflow else { return nil }
      sum = next.partialValue
    }
    return sum
  }

  /// How many prefixes of `length` bits the prefix in `text` (`2001:db8::/48`) can be cut into.
  static func prefixCount(_ text: String, length: Int) -> UInt64? {
    guard let network = try? IPNetwork(parsing: text), length <= network.base.width else { return nil }
    return power(length - network.prefixLength)
  }

  private static func pieceCount(_ piece: Substring) -> UInt64? {
    let ends = piece.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else {
      guard let network = try? IPNetwork(parsing: String(piece)) else { return nil }
      return power(network.base.width - network.prefixLength)
    }
    guard let first = IPAddress(String(ends[0])), let last = IPAddress(String(ends[1])), first.isIPv6 == last.isIPv6,
      first.bits <= last.bits
    else { return nil }
    return UInt64(exactly: last.bits - first.bits).flatMap { $0 == .max ? nil : $0 + 1 }
  }

  private static func power(_ bits: Int) -> UInt64? { (0..<64).contains(bits) ? 1 << UInt64(bits) : nil }

  /// An address, with a zone behind `%` perhaps.
  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    return IPAddress(String(parts[0])) != nil
  }

  /// Nothing, or a colon and a number.
  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
  }
}
