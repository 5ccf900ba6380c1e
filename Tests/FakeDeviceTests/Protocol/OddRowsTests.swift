import Foundation
import Shared
import TestSupport
import Testing

@testable import FakeDevice

/// What data files can say beyond plain rows: raw bytes, order, a field twice, `info`, counts by flag.
@Suite struct OddRowsTests {
  private static func device(_ menus: String, monitors: String = "{}", version: String = "7.16.2") throws -> SessionHarness {
    let folder = try TemporaryDirectory()
    let text =
      #"{"devices": [{"name": "gw", "version": "\#(version)", "interfaces": [], "menus": \#(menus), "monitors": \#(monitors)}]}"#
    let file = try DataFile.load(try folder.write("data.json", text.utf8))
    return try SessionHarness.loggedIn(file.devices[0])
  }

  @Test func latin1IsSentAsItsBytes() throws {
    var harness = try Self.device(#"{"/system/identity": [{"name": "$latin1(Br\u00fccke)"}]}"#)
    _ = harness.say("/system/identity/print")
    guard case .send(let bytes) = harness.effects.first else {
      Issue.record("nothing sent")
      return
    }
    #expect(Data(bytes).range(of: Data([UInt8(ascii: "r"), 0xFC, UInt8(ascii: "c")])) != nil)
  }

  @Test func textBeyondLatin1IsRefused() throws {
    #expect(throws: DataError.self) { try Self.device(#"{"/system/identity": [{"name": "$latin1(R\u012bga)"}]}"#) }
  }

  @Test func pairsKeepTheirOrderAndRepeatedFields() throws {
    let menu = #"{"/ip/dns": [[["servers", "192.0.2.1"], ["cache-size", "2048"], ["servers", "192.0.2.2"]]]}"#
    var harness = try Self.device(menu)
    #expect(
      harness.say("/ip/dns/print").first == ["!re", "=servers=192.0.2.1", "=cache-size=2048", "=servers=192.0.2.2"])
  }

  @Test func pairsSurviveJSON() throws {
    let row = RowData(fields: [(name: "a", value: "1"), (name: "a", value: "2")])
    let text = try JSONEncoder().encode(row)
    #expect(try JSONDecoder().decode(RowData.self, from: text) == row)
  }

  @Test(arguments: [#"[["a"]]"#, #"[["a", "b", "c"]]"#, #"[["a", 1]]"#]) func brokenPairsAreRefused(_ row: String) {
    #expect(throws: (any Error).self) { try Self.device(#"{"/ip/dns": [\#(row)]}"#) }
  }

  @Test func textWithNULIsSentWhole() throws {
    var harness = try Self.device(#"{"/ip/neighbor": [{"identity": "sw\u0000x"}]}"#)
    #expect(harness.say("/ip/neighbor/print").first == ["!re", "=identity=sw\u{0}x"])
  }

  @Test func infoIsACommandOfItsOwn() throws {
    let menus = #"{"/interface/lte": [{"name": "lte1"}]}"#
    var harness = try Self.device(
      menus, monitors: #"{"/interface/lte/info": [{"name": "lte1", "rssi": "-71dBm"}]}"#, version: "6.49.18")
    for number in ["0", "lte1"] {
      let rows = harness.say("/interface/lte/info", "=number=\(number)", "=once=")
      #expect(rows == [["!re", "=name=lte1", "=rssi=-71dBm"], ["!done"]])
    }
    #expect(harness.say("/interface/lte/info", "=number=1", "=once=").first?.first == "!trap")
    #expect(harness.say("/interface/lte/monitor", "=numbers=0", "=once=").first?.first == "!trap")
    var newer = try Self.device(menus, monitors: #"{"/interface/lte": [{"name": "lte1", "rssi": "-71"}]}"#)
    #expect(newer.say("/interface/lte/monitor", "=numbers=0", "=once=").first == ["!re", "=name=lte1", "=rssi=-71"])
    #expect(newer.say("/interface/lte/info", "=number=0", "=once=").first?.first == "!trap")
  }

  @Test func countsRowsByTheirFlags() throws {
    let menu =
      #"{"/ip/route": [{"dst-address": "0.0.0.0/0", "static": true}, {"dst-address": "10.0.0.0/8", "dynamic": true, "bgp": true}]}"#
    var harness = try Self.device(menu)
    for (query, count) in [("?dynamic=yes", 1), ("?static=yes", 1), ("?dynamic=no", 0), ("?ospf=yes", 0), ("?bgp", 1)] {
      #expect(harness.say("/ip/route/print", "=count-only=", query) == [["!done", "=ret=\(count)"]], "\(query)")
    }
    #expect(harness.say("/ip/route/print", "=count-only=") == [["!done", "=ret=2"]])
  }
}
