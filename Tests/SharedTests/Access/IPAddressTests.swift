import Glibc
import Shared
import TestSupport
import Testing

struct IPAddressTests {
  static let good: [(text: String, canonical: String)] = [
    ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("10.0.20.3", "10.0.20.3"),
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"), ("2001:0db8:0:0:0:0:0:1", "2001:db8::1"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"), ("fe80::1", "fe80::1"),
    ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("::ffff:10.0.0.1", "10.0.0.1"), ("::FFFF:0a00:0001", "10.0.0.1"),
    ("::ffff:0:0", "0.0.0.0"), ("0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"), ("::10.0.0.1", "::a00:1"),
  ]

  @Test(arguments: good) func readsAndWrites(_ row: (text: String, canonical: String)) throws {
    let address = try #require(IPAddress(row.text))
    #expect(address.description == row.canonical)
    #expect(IPAddress(row.canonical) == address)
  }

  static let bad = [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "0x7f.0.0.1", "1.2.3.-4",
    " 1.2.3.4",
    "1.2.3.4 ", "1.2.3.4/8", "1.2.3.4:80", "１.2.3.4", "localhost", ":", ":::", "1:", ":1", "::1::", "1::2::3", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "::12345", "::g", "fe80::1%eth0", "[::1]", "::1/128", "1.2.3.4::", "::1.2.3",
    "::1.2.3.4:5",
    "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::ffff:1.2.3.999", "2001:db8:::1",
  ]

  @Test(arguments: bad) func refuses(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func takesBytesOfSockets() {
    #expect(IPAddress(bytes: [192, 168, 1, 7]) == IPAddress("192.168.1.7"))
    #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1]) == IPAddress("::1"))
    let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF, 10, 0, 0, 1]
    #expect(IPAddress(bytes: mapped) == IPAddress("10.0.0.1"))
    #expect(IPAddress(bytes: [1, 2, 3]) == nil)
    #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 17)) == nil)
  }

  @Test func knowsLoopback() {
    for text in ["127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"] { #expect(IPAddress(text)?.isLoopback == true) }
    for text in ["128.0.0.1", "::2", "::", "0.0.0.0"] { #expect(IPAddress(text)?.isLoopback == false) }
  }

  /// The C library's `inet_pton` accepts the same texts and finds the same bytes.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func agreesWithTheCLibrary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = ["0", "1", "25", "255", "256", "ffff", "abcd", ":", ":", ":", "::", ".", ".", "1.2.3.4", "fe80", "00", "12345"]
    for _ in 0..<2_000 {
      let text = (0..<Int.random(in: 1...15, using: &random)).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      #expect(IPAddress(text) == reference(text), "\(text)")
    }
  }

  private func reference(_ text: String) -> IPAddress? {
    for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: size)
      if inet_pton(family, text, &bytes) == 1 { return IPAddress(bytes: bytes) }
    }
    return nil
  }
}
