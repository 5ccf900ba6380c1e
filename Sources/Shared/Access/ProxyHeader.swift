/// Reads the header of the PROXY protocol, versions 1 and 2, byte by byte as it comes (the text that defines it is HAProxy's
/// `proxy-protocol.txt`). Pure. No HTTP request can begin like either version, so the first bytes decide.
package struct ProxyHeader: Sendable {
  /// Whom the proxy speaks for.
  package enum Source: Sendable, Hashable {
    case address(IPAddress)
    /// The proxy does not say, or names something that is no IP address.
    case unknown
    /// `LOCAL`: the proxy speaks for itself, as in a health check.
    case proxy
  }

  package enum Step: Sendable, Hashable {
    case needsMore
    /// There is no header: what was ``taken`` belongs to the request.
    case absent
    case found(Source)
    /// It begins like a header and is none.
    case malformed(String)
  }

  /// Longest line of version 1, with its end.
  package static let lineLimit = 107

  private enum Phase { case signature, line, binary, skipping(Int, Source) }

  /// The bytes so far, less what is skipped.
  package private(set) var taken: [UInt8] = []
  private var phase = Phase.signature

  package init() {}

  private static let text = Array("PROXY ".utf8)
  private static let binary: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
  /// Signature, version and command, family, length.
  private static let binaryHead = 16

  /// Takes the next byte. Not to be called after a step other than ``Step/needsMore``.
  package mutating func take(_ byte: UInt8) -> Step {
    if case .skipping(let rest, let source) = phase {
      phase = .skipping(rest - 1, source)
      return rest == 1 ? .found(source) : .needsMore
    }
    taken.append(byte)
    switch phase {
    case .signature: return signature()
    case .line: return line(endingWith: byte)
    default: return taken.count < Self.binaryHead ? .needsMore : binaryBody()
    }
  }

  private mutating func signature() -> Step {
    let wanted = taken[0] == Self.text[0] ? Self.text : Self.binary
    guard taken[taken.count - 1] == wanted[taken.count - 1] else { return .absent }
    guard taken.count == wanted.count else { return .needsMore }
    phase = wanted == Self.text ? .line : .binary
    return .needsMore
  }

  // MARK: Version 1

  private func line(endingWith byte: UInt8) -> Step {
    guard byte == UInt8(ascii: "\n") else {
      return taken.count < Self.lineLimit ? .needsMore : .malformed("a line of more than \(Self.lineLimit) bytes")
    }
    guard taken[taken.count - 2] == UInt8(ascii: "\r") else { return .malformed("a line that does not end with CR LF") }
    let parts = taken.dropLast(2).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    // Whatever stands after it is to be ignored.
    if parts[1] == "UNKNOWN" { return .found(.unknown) }
    guard parts.count == 6, parts[1] == "TCP4" || parts[1] == "TCP6" else { return .malformed("a line that cannot be read") }
    guard let source = Self.address(parts[2], parts[1]), Self.address(parts[3], parts[1]) != nil, Self.isPort(parts[4]),
      Self.isPort(parts[5])
    else { return .malformed("a line with an address or port that is none") }
    return .found(.address(source))
  }

  private static func address(_ text: String, _ family: String) -> IPAddress? {
    text.contains(":") == (family == "TCP6") ? IPAddress(text) : nil
  }

  private static func isPort(_ text: String) -> Bool {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    return (text == "0" || text.utf8.first != 0x30) && (Int(text) ?? .max) <= 65_535
  }

  // MARK: Version 2

  /// Bytes of the addresses in front of what else there is, by family and protocol.
  private static let blocks: [UInt8: Int] = [
    0x00: 0, 0x11: 12, 0x12: 12, 0x21: 36, 0x22: 36, 0x31: 216, 0x32: 216,
  ]

  private mutating func binaryBody() -> Step {
    let (command, family) = (taken[12], taken[13])
    let length = Int(taken[14]) << 8 | Int(taken[15])
    guard command == 0x20 || command == 0x21 else { return .malformed("a version or command that is not known") }
    if command == 0x20 { return skip(length, .proxy) }
    guard let block = Self.blocks[family] else { return .malformed("a family that is not known") }
    guard length >= block else { return .malformed("a length too small for its addresses") }
    guard family == 0x11 || family == 0x21 else { return skip(length, .unknown) }
    let size = family == 0x11 ? 4 : 16
    guard taken.count == Self.binaryHead + size else { return .needsMore }
    let address = IPAddress(bytes: taken[Self.binaryHead...])
    return skip(length - size, address.map(Source.address) ?? .unknown)
  }

  /// The rest has no meaning here: the other addresses, ports, and type-length-values.
  private mutating func skip(_ count: Int, _ source: Source) -> Step {
    guard count > 0 else { return .found(source) }
    phase = .skipping(count, source)
    return .needsMore
  }
}
