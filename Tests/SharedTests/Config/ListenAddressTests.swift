import Shared
import Testing

struct ListenAddressTests {
  static let good: [(text: String, address: ListenAddress, canonical: String)] = [
    ("127.0.0.1:8080", .tcp(host: .address(IPAddress(v4: 0x7F00_0001)), port: 8080), "127.0.0.1:8080"),
    ("0.0.0.0:49090", .tcp(host: .address(IPAddress(v4: 0)), port: 49090), "0.0.0.0:49090"),
    ("[::]:8080", .tcp(host: .address(IPAddress(v6: 0)), port: 8080), "[::]:8080"),
    ("[::1]:1", .tcp(host: .address(IPAddress(v6: 1)), port: 1), "[::1]:1"),
    ("*:65535", .tcp(host: .any, port: 65535), "*:65535"),
    (":8080", .tcp(host: .any, port: 8080), "*:8080"),
    ("LocalHost:80", .tcp(host: .name("localhost"), port: 80), "localhost:80"),
    ("unix:/run/tikwatch/web.sock", .unix(path: "/run/tikwatch/web.sock"), "unix:/run/tikwatch/web.sock"),
  ]

  @Test(arguments: good) func reads(_ row: (text: String, address: ListenAddress, canonical: String)) throws {
    let address = try ListenAddress(parsing: row.text)
    #expect(address == row.address)
    #expect(address.description == row.canonical)
    #expect(try ListenAddress(parsing: row.canonical) == address)
  }

  static let bad: [(text: String, problem: String)] = [
    ("8080", "\"8080\" has no port"),
    ("127.0.0.1", "\"127.0.0.1\" has no port"),
    ("127.0.0.1:", "\"127.0.0.1:\" has no port from 1 to 65535"),
    ("127.0.0.1:0", "\"127.0.0.1:0\" has no port from 1 to 65535"),
    ("127.0.0.1:65536", "\"127.0.0.1:65536\" has no port from 1 to 65535"),
    ("127.0.0.1:http", "\"127.0.0.1:http\" has no port from 1 to 65535"),
    ("127.0.0.1:+80", "\"127.0.0.1:+80\" has no port from 1 to 65535"),
    ("[::1]", "\"[::1]\" has no port"),
    ("::1:8080", "\"::1:8080\" has an IPv6 address without brackets"),
    ("[127.0.0.1]:80", "\"[127.0.0.1]:80\" holds no IPv6 address in its brackets"),
    ("[fe80::1%eth0]:80", "\"[fe80::1%eth0]:80\" holds no IPv6 address in its brackets"),
    ("256.0.0.1:80", "\"256.0.0.1:80\" has neither an address nor a host name"),
    ("http://x:80", "\"http://x:80\" has neither an address nor a host name"),
    ("unix:", "\"unix:\" needs an absolute path after unix:"),
    ("unix:web.sock", "\"unix:web.sock\" needs an absolute path after unix:"),
  ]

  @Test(arguments: bad) func refuses(_ row: (text: String, problem: String)) {
    #expect(throws: ConfigProblem(row.problem, allowed: ListenAddress.allowed)) { try ListenAddress(parsing: row.text) }
  }

  @Test func listsAreSeparatedByBlanksOrCommas() throws {
    let list = try ListenAddress.list(parsing: " 0.0.0.0:1 [::]:1,unix:/a ,\n*:2")
    #expect(list.map(\.description) == ["0.0.0.0:1", "[::]:1", "unix:/a", "*:2"])
    #expect(try ListenAddress.list(parsing: "").isEmpty)
    #expect(throws: ConfigProblem("\"*:1\" is given twice", allowed: ListenAddress.allowed)) {
      try ListenAddress.list(parsing: ":1 *:1")
    }
  }

  @Test func anyFreePortOnlyWhereAsked() throws {
    #expect(try ListenAddress(parsing: "127.0.0.1:0", ports: 0...65535).description == "127.0.0.1:0")
  }

  @Test func socketPathsMustFit() throws {
    let longest = "unix:/" + String(repeating: "x", count: 106)
    #expect(try ListenAddress(parsing: longest).description == longest)
    #expect(throws: ConfigProblem.self) { try ListenAddress(parsing: longest + "x") }
  }
}
