import Foundation
import Shared
import TestSupport
import Testing

@testable import FakeDevice

@Suite struct DataFileTests {
  private static func load(_ text: String) throws -> DataFile {
    let folder = try TemporaryDirectory()
    return try DataFile.load(try folder.write("data.json", text.utf8))
  }

  @Test func builtInDevicesAreSound() throws {
    try DataFile.builtIn.check()
    #expect(
      DataFile.builtIn.devices.map { "\($0.name) \($0.interfaces.count)" } == ["gw-riga 8", "ap-office 4", "branch-tartu 5"])
    for device in DataFile.builtIn.devices {
      _ = try FakeDevice(device, user: "admin", password: "", oldLogin: false, started: 0)
      let ids = device.interfaces.compactMap { $0.row[".id"] }
      #expect(Set(ids).count == device.interfaces.count)
    }
  }

  @Test func builtInDevicesSurviveJSON() throws {
    let text = String(decoding: try JSONFile.encode(DataFile.builtIn), as: UTF8.self)
    let read = try Self.load(text)
    #expect(read.devices.map(\.interfaces.count) == [8, 4, 5])
    #expect(read.devices[0].interfaces[4].rx == DataFile.builtIn.devices[0].interfaces[4].rx)
    #expect(read.devices[0].interfaces[4].row["comment"] == "Cameras, yard")
  }

  /// The devices that MKTXP and the collector are compared on.
  @Test func devicesOfTheFixturesAreSound() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fixtures/devices")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    #expect(files.count >= 6)
    for file in files {
      for device in try DataFile.load(folder.appendingPathComponent(file).path).devices {
        _ = try FakeDevice(device, user: "admin", password: "", oldLogin: false, started: 0)
      }
    }
  }

  @Test func documentedExampleIsSound() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
    let page = try String(contentsOf: root.appendingPathComponent("docs/fake-device.md"), encoding: .utf8)
    let begin = try #require(page.range(of: "```json\n"))
    let end = try #require(page.range(of: "```", range: begin.upperBound..<page.endIndex))
    let file = try Self.load(String(page[begin.upperBound..<end.lowerBound]))
    _ = try FakeDevice(file.devices[0], user: "admin", password: "", oldLogin: false, started: 0)
    for kind in FaultData.Kind.allCases { #expect(page.contains("| `\(kind.rawValue)` |"), "\(kind.rawValue)") }
  }

  @Test func readsNumbersAndBooleansInTheWordsOfRouterOS() throws {
    let file = try Self.load(
      #"""
      {"devices": [{"name": "a", "version": "7.16", "menus": {"/x": [{"z": 1, "name": "n", "b": true, ".id": "*1", "f": 1.5}]},
       "interfaces": []}]}
      """#)
    let row = try #require(file.devices[0].menus["/x"]?.first)
    #expect(row.fields.map { $0.name + "=" + $0.value } == [".id=*1", "name=n", "b=true", "f=1.5", "z=1"])
  }

  @Test(arguments: [
    (#"{"devices": []}"#, "devices is empty"), (#"{}"#, "devices"), ("[", "not valid JSON"),
    (#"{"devices": [{"name": "a b", "version": "7", "menus": {}, "interfaces": []}]}"#, "without spaces"),
    (#"{"devices": [{"name": "a", "version": "x", "menus": {}, "interfaces": []}]}"#, "version \"x\""),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {"x": []}, "interfaces": []}]}"#, "menu \"x\""),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [{"row": {}}]}]}"#, "has no name"),
    (
      #"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [{"row": {"name": "e"}, "rx": {"base": 1}}]}]}"#,
      "interface \"e\", rx"
    ),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [], "fault": {"kind": "nap"}}]}"#, "kind"),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [], "fault": {"kind": "slow"}}]}"#, "milliseconds"),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [], "reboots": [{"from": 1}]}]}"#, "a reboot needs"),
    (#"{"devices": [{"name": "a", "version": "7", "menus": {}, "interfaces": [], "boot": -5}]}"#, "-5.0 is no time"),
  ]) func refuses(_ text: String, _ reason: String) throws {
    let error = #expect(throws: DataError.self) { try Self.load(text) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: ["$nothing", "$wave(1,2)", "$wave(2,1,60)", "$wave(1,2,0)", "$bytes(-1)", "$uptime("])
  func refusesLiveValues(_ value: String) {
    var data = DeviceData.gateway
    data.menus["/x"] = [["name": value]]
    #expect(throws: DataError.self) { try FakeDevice(data, user: "", password: "", oldLogin: false, started: 0) }
  }

  @Test func clonesHaveNamesHardwareAndTrafficOfTheirOwn() throws {
    let file = DataFile.builtIn.cloned(to: 100)
    try file.check()
    #expect(file.devices.count == 100)
    #expect(file.devices[3].name == "gw-riga-002" && file.devices[99].name == "gw-riga-034")
    #expect(Set(file.devices.flatMap { $0.interfaces.compactMap { $0.row["mac-address"] } }).count > 300)
    func bytes(_ index: Int) -> UInt64 {
      file.devices[index].interfaces[0].counters(boots: [0]).rx.bytes(from: 1_795_000_000, to: 1_795_000_060)
    }
    #expect(Set((0..<34).map { bytes($0 * 3) }).count == 34)
    #expect(DataFile.builtIn.cloned(to: 2).devices.map(\.name) == ["gw-riga", "ap-office"])
  }

  @Test(arguments: [1, 4, 10, 40]) func interfacesCanBeCounted(_ count: Int) throws {
    let file = DataFile.builtIn.cloned(to: 4).withInterfaces(count)
    try file.check()
    #expect(
      file.devices.allSatisfy { $0.interfaces.count == count && Set($0.interfaces.compactMap { $0.row[".id"] }).count == count })
  }
}
