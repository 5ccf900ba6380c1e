import Shared
import Testing

struct AccessListTests {
  static let decisions: [(list: String, address: String, allowed: Bool)] = [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ("192.168.1.7/24", "192.168.1.200", true), ("192.168.1.7/24", "192.168.2.7", false), ("192.168.1.7", "192.168.1.7", true),
    ("192.168.1.7", "192.168.1.8", false), ("192.168.1.7/32", "192.168.1.7", true), ("172.16.0.0/12", "172.31.255.255", true),
    ("172.16.0.0/12", "172.32.0.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
    ("::/0", "2001:db8::1", true),
    ("::/0", "8.8.8.8", false), ("fc00::/7", "fdff::1", true), ("fc00::/7", "fe00::1", false), ("fe80::/10", "febf::1", true),
    ("fe80::/10", "fec0::", false), ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
    ("::ffff:10.0.0.0/104", "10.9.9.9", true), ("::ffff:10.0.0.1", "10.0.0.1", true), ("::1/128", "::1", true),
    ("", "127.0.0.1", false),
    ("1.2.3.4, 5.6.7.8", "5.6.7.8", true), ("1.2.3.4 5.6.7.8", "5.6.7.8", true), ("10.0.0.1/31", "10.0.0.0", true),
  ]

  @Test(arguments: decisions) func decides(_ row: (list: String, address: String, allowed: Bool)) throws {
    let list = try AccessList(parsing: row.list)
    #expect(list.allows(try #require(IPAddress(row.address))) == row.allowed)
  }

  static let outside = [
    "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.169.0.1", "169.254.1.1", "2001:db8::1", "::", "fec0::1", "0.0.0.0",
  ]
  static let inside = ["127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.88.1", "fd12::1", "fe80::1", "::ffff:192.168.1.1"]

  @Test func defaultIsLoopbackAndPrivateRanges() throws {
    #expect(
      AccessList.privateRanges.description
        == "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fe80::/10")
    #expect(try AccessList(parsing: AccessList.privateRanges.description) == AccessList.privateRanges)
    for text in Self.inside { #expect(AccessList.privateRanges.allows(try #require(IPAddress(text))), "\(text)") }
    for text in Self.outside { #expect(!AccessList.privateRanges.allows(try #require(IPAddress(text))), "\(text)") }
    #expect(AccessList.loopbackHosts.description == "127.0.0.1, ::1")
  }

  @Test func hostNamesAllowWhatTheyResolveTo() throws {
    let list = try AccessList(parsing: "10.0.0.1, NOC.Example.com., localhost")
    let peer = try #require(IPAddress("203.0.113.9"))
    #expect(list.hostNames == ["noc.example.com", "localhost"])
    #expect(!list.allows(peer))
    #expect(!list.allows(peer, resolved: ["noc.example.com": [], "other": [peer]]))
    #expect(list.allows(peer, resolved: ["noc.example.com": [peer]]))
  }

  static let bad: [(text: String, problem: String)] = [
    ("10.0.0.0/33", "\"10.0.0.0/33\" has no prefix length from 0 to 32"),
    ("10.0.0.0/", "\"10.0.0.0/\" has no prefix length from 0 to 32"),
    ("10.0.0.0/-1", "\"10.0.0.0/-1\" has no prefix length from 0 to 32"),
    ("10.0.0.0/08", "\"10.0.0.0/08\" has no prefix length from 0 to 32"),
    ("10.0.0.0/8/8", "\"10.0.0.0/8/8\" has no prefix length from 0 to 32"),
    ("10.0.0.0/255.0.0.0", "\"10.0.0.0/255.0.0.0\" has no prefix length from 0 to 32"),
    ("fd00::/129", "\"fd00::/129\" has no prefix length from 0 to 128"),
    ("::ffff:10.0.0.0/64", "\"::ffff:10.0.0.0/64\" has no prefix length from 96 to 128"),
    ("10.0.0/8", "\"10.0.0/8\" is no address"),
    ("fe80::1%eth0", "\"fe80::1%eth0\" is no address"),
    ("[::1]", "\"[::1]\" is no address"),
    ("1.2.3.4:80", "\"1.2.3.4:80\" is no address"),
    ("router/8", "\"router/8\" is no address"),
    ("10.0.0.256", "\"10.0.0.256\" is neither an address nor a host name"),
    ("10.0.0", "\"10.0.0\" is neither an address nor a host name"),
    ("0x7f000001", "\"0x7f000001\" is neither an address nor a host name"),
    ("010.0.0.1", "\"010.0.0.1\" is neither an address nor a host name"),
    ("*", "\"*\" is neither an address nor a host name"),
    ("-bad.example", "\"-bad.example\" is neither an address nor a host name"),
    ("a..b", "\"a..b\" is neither an address nor a host name"),
    ("bücher.example", "\"bücher.example\" is neither an address nor a host name"),
  ]

  @Test(arguments: bad) func refusesMalformedRules(_ row: (text: String, problem: String)) {
    #expect(throws: ConfigProblem(row.problem, allowed: AccessList.allowed)) {
      try AccessList(parsing: "127.0.0.1, \(row.text), ::1")
    }
  }

  @Test func networksPrintTheirFirstAddress() throws {
    #expect(try IPNetwork(parsing: "192.168.1.7/24").description == "192.168.1.0/24")
    #expect(try IPNetwork(parsing: "2001:db8:ffff::1/33").description == "2001:db8:8000::/33")
    #expect(try IPNetwork(parsing: "::1/128").description == "::1")
    #expect(IPNetwork(IPAddress(v4: 0), prefixLength: 33) == nil)
    #expect(IPNetwork(IPAddress(v4: 0), prefixLength: -1) == nil)
  }
}
