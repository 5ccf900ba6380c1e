import Testing

@testable import FakeDevice

@Suite struct QueryTests {
  private static let rows: [[String: String]] = [
    ["name": "ether1", "type": "ether", "mtu": "1500", "disabled": "false", "comment": "Uplink"],
    ["name": "ether2", "type": "ether", "mtu": "9000", "disabled": "true"],
    ["name": "vlan20", "type": "vlan", "mtu": "1500", "disabled": "false", "comment": ""],
  ]

  @Test(
    arguments: [
      ([], [0, 1, 2]), (["?type=ether"], [0, 1]), (["?=type=ether"], [0, 1]), (["?comment"], [0, 2]), (["?-comment"], [1]),
      (["?comment="], [2]), (["?name=none"], []), (["?>mtu=1500"], [1]), (["?<mtu=9000"], [0, 2]), (["?>name=ether1"], [1, 2]),
      (["?disabled=no"], [0, 2]), (["?disabled=yes"], [1]), (["?type=ether", "?disabled=false"], [0]),
      (["?type=vlan", "?name=ether1", "?#|"], [0, 2]), (["?type=ether", "?#!"], [2]),
      (["?type=ether", "?disabled=true", "?#&"], [1]), (["?type=ether", "?disabled=true", "?#&!"], [0, 2]),
      (["?name=ether1", "?name=ether2", "?name=vlan20", "?#||"], [0, 1, 2]),
      // ether but not disabled, or with an empty comment
      (["?type=ether", "?disabled=true", "?#!&", "?comment=", "?#|"], [0, 2]),
      // The value at an index, copied or alone; the stack below is endless true.
      (["?type=ether", "?name=ether1", "?#1"], [0, 1]), (["?type=ether", "?name=none", "?#7"], [0, 1, 2]),
      (["?type=ether", "?#0.!|"], [0, 1, 2]), (["?#|"], [0, 1, 2]), (["?#!"], []), (["?type=ether", "?#.&"], [0, 1]),
    ] as [([String], [Int])]) func selects(_ words: [String], _ expected: [Int]) throws
  {
    let query = try #require(Query(words))
    #expect(Self.rows.indices.filter { index in query.selects { Self.rows[index][$0] } } == expected)
  }

  @Test(arguments: ["?", "?#x", "?-", "?<mtu", "?>=1", "?==1", "?#99999999999999999999"]) func refuses(_ word: String) {
    #expect(Query([word]) == nil)
  }
}
