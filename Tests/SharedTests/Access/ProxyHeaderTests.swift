import Shared
import TestSupport
import Testing

/// The PROXY protocol's header, byte by byte.
@Suite struct ProxyHeaderTests {
  /// What comes of these bytes, and how many were needed to know.
  private func read(_ bytes: [UInt8]) -> (step: ProxyHeader.Step, used: Int) {
    var header = ProxyHeader()
    for (index, byte) in bytes.enumerated() {
      let step = header.take(byte)
      if step != .needsMore { return (step, index + 1) }
    }
    return (.needsMore, bytes.count)
  }

  private static func address(_ text: String) throws -> ProxyHeader.Step { .found(.address(try #require(IPAddress(text)))) }

  private static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

  private static func binary(_ command: UInt8, _ family: UInt8, _ body: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = length ?? body.count
    return signature + [command, family, UInt8(length >> 8), UInt8(length & 0xFF)] + body
  }

  @Test(
    arguments: [
      ("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n", "192.0.2.7"),
      ("PROXY TCP6 2001:db8::7 ::1 0 65535\r\n", "2001:db8::7"),
      ("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:10.0.0.1 1 2\r\n", "192.0.2.7"),
      (
        "PROXY TCP6 ffff:f:f:f:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
        "ffff:f:f:f:ffff:ffff:ffff:ffff"
      ),
    ])
  func readsVersion1(line: String, source: String) throws {
    let (step, used) = read(Array(line.utf8) + Array("GET / HTTP/1.1".utf8))
    #expect(step == (try Self.address(source)))
    #expect(used == line.utf8.count)
  }

  @Test(arguments: ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 1.2.3.4 anything at all\r\n"])
  func unknownSourcesAreTold(line: String) {
    #expect(read(Array(line.utf8)).step == .found(.unknown))
  }

  @Test(
    arguments: [
      "PROXY TCP4 192.0.2.7 10.0.0.1 56324\r\n", "PROXY TCP4 192.0.2.07 10.0.0.1 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
      "PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 65536 2\r\n",
      "PROXY TCP4 192.0.2.7 10.0.0.1 01 2\r\n",
      "PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 1 2 \r\n", "PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n",
      "PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n", "PROXY \r\n", "PROXY / HTTP/1.1\r\n", "PROXY TCP4 localhost 10.0.0.1 1 2\r\n",
      "PROXY UNKNOWN " + String(repeating: "x", count: 200),
    ])
  func refusesMalformedLines(line: String) {
    guard case .malformed = read(Array(line.utf8)).step else {
      Issue.record("\(line): \(read(Array(line.utf8)).step)")
      return
    }
  }

  @Test(arguments: [
    "GET / HTTP/1.1", "POST /", "PUT /", "PROPFIND /", "PROXYX", "\r\nGET / HTTP/1.1", "\r\n\r\nGET", "\0", "xyz",
  ])
  func whatIsNoHeaderIsLeftAlone(text: String) {
    var header = ProxyHeader()
    var taken = 0
    for byte in text.utf8 {
      taken += 1
      if header.take(byte) == .absent { break }
    }
    #expect(header.taken == Array(text.utf8.prefix(taken)))
    #expect(read(Array(text.utf8)).step == .absent)
  }

  @Test func readsVersion2() throws {
    let four: [UInt8] = [192, 0, 2, 7, 10, 0, 0, 1, 0xDC, 4, 1, 0xBB]
    let six = [UInt8](repeating: 0x20, count: 16) + [UInt8](repeating: 1, count: 16) + [0, 1, 0, 2]
    let six7 = "2020:2020:2020:2020:2020:2020:2020:2020"
    let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 7] + [UInt8](repeating: 0, count: 20)
    for (bytes, source) in [
      (Self.binary(0x21, 0x11, four), "192.0.2.7"), (Self.binary(0x21, 0x21, six), six7),
      (Self.binary(0x21, 0x21, mapped), "192.0.2.7"),
      // Type-length-values, up to the longest header there can be, and such as do not fit: they have no meaning here.
      (Self.binary(0x21, 0x11, four + [3, 0, 4, 1, 2, 3, 4]), "192.0.2.7"),
      (Self.binary(0x21, 0x11, four + [3, 0xFF, 0xFF]), "192.0.2.7"),
      (Self.binary(0x21, 0x11, four + [UInt8](repeating: 4, count: 65_535 - 12)), "192.0.2.7"),
    ] {
      let (step, used) = read(bytes + Array("GET".utf8))
      #expect(step == (try Self.address(source)))
      #expect(used == bytes.count)
    }
  }

  @Test func version2WithoutAnAddress() {
    #expect(read(Self.binary(0x20, 0, [])).step == .found(.proxy))
    #expect(read(Self.binary(0x20, 0x11, [UInt8](repeating: 9, count: 12))).step == .found(.proxy))
    #expect(read(Self.binary(0x21, 0, [])).step == .found(.unknown))
    #expect(read(Self.binary(0x21, 0x31, [UInt8](repeating: 0x41, count: 216))).step == .found(.unknown))
    #expect(read(Self.binary(0x21, 0x12, [UInt8](repeating: 9, count: 12))).step == .found(.unknown))
  }

  @Test func refusesMalformedVersion2() {
    for bytes in [
      Self.binary(0x11, 0x11, [UInt8](repeating: 0, count: 12)), Self.binary(0x22, 0x11, [UInt8](repeating: 0, count: 12)),
      Self.binary(0x21, 0x41, [UInt8](repeating: 0, count: 12)), Self.binary(0x21, 0x13, [UInt8](repeating: 0, count: 12)),
      Self.binary(0x21, 0x11, [UInt8](repeating: 0, count: 11)), Self.binary(0x21, 0x21, [UInt8](repeating: 0, count: 35)),
    ] {
      guard case .malformed = read(bytes).step else {
        Issue.record("\(bytes.prefix(16))")
        continue
      }
    }
  }

  /// Any part of a header is a header in the making: only its last byte decides.
  @Test func everyPrefixNeedsMore() {
    for bytes in [
      Array("PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n".utf8), Array("PROXY UNKNOWN\r\n".utf8),
      Self.binary(0x21, 0x11, [192, 0, 2, 7, 10, 0, 0, 1, 0, 1, 0, 2, 3, 0, 1, 0]), Self.binary(0x20, 0, []),
    ] {
      for length in 0..<bytes.count { #expect(read(Array(bytes.prefix(length))).step == .needsMore) }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func garbageAfterAGoodBeginningNeverCrashes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      var bytes = Bool.random(using: &random) ? Self.signature : Array("PROXY TCP4 ".utf8)
      for _ in 0..<Int.random(in: 0...300, using: &random) { bytes.append(UInt8.random(in: 0...255, using: &random)) }
      #expect(read(bytes).used <= bytes.count)
    }
  }
}
