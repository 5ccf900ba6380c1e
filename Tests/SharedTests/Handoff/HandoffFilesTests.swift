import Shared
import TestSupport
import Testing

@Suite struct HandoffFilesTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  @Test func heartbeatsComeBack() throws {
    var device = Heartbeat.Device(state: .down, address: "192.0.2.1")
    device.reason = "refused"
    let heartbeat = Heartbeat(
      collector: "edge-1", host: "h", pid: 7, version: "1", started: 1, written: 1_795_219_200.5, sequence: 3, interval: 1,
      devices: ["gw": device])
    let path = folder.file("heartbeat.json")
    try heartbeat.write(path)
    #expect(try Heartbeat.read(path) == heartbeat)
    #expect(heartbeat.writtenEpoch == 1_795_219_200.5)
  }

  /// Written by hand: a member that is forgotten there would be lost silently.
  @Test func everyMemberOfAHeartbeatIsWrittenAsTheEncoderWouldWriteIt() throws {
    var device = Heartbeat.Device(state: .degraded, address: "2001:db8::1")
    (device.reason, device.message) = ("menu", "said \"no\"\n\u{1}</b> ä")
    (device.since, device.lastSuccess) = (UTCTime.rfc3339(1), UTCTime.rfc3339(1_795_219_200.5))
    (device.latencyMs, device.rxBps, device.txBps, device.uptime) = (0.31, 1e12, 0, 86_400.5)
    (device.identity, device.model, device.version) = ("gw \\ 1", "RB5009", "7.16")
    (device.interfaces, device.missedSamples) = (10, 3)
    (device.cpuPercent, device.memoryPercent, device.temperature) = (1.5, 40, -7.25)
    var storage = Heartbeat.Storage()
    (storage.spoolBytes, storage.lastError, storage.pendingSamples) = (1, "full", 2)
    (storage.spoolDroppedSamples, storage.droppedSamples, storage.flushSeconds) = (3, 4, 0.004)
    (storage.freeBytes, storage.neededBytes, storage.reservedBytes) = (5_000_000_000_000, -6, 7)
    var config = Heartbeat.Config(lastReload: 3)
    (config.lastReloadSuccessful, config.problem) = (false, "line 3")
    var heartbeat = Heartbeat(
      collector: "edge-1", host: "h", pid: 7, version: "1", started: 1, written: 2, sequence: 3, interval: 0.5,
      devices: ["gw": device, "ap \"1\"": Heartbeat.Device(state: .up, address: "a")])
    (heartbeat.storage, heartbeat.config) = (storage, config)
    (heartbeat.publicIP, heartbeat.updates) = ("192.0.2.7", ["stable": "7.16", "long-term": "6.49"])
    for part in [device, storage, config, heartbeat] as [Any] {
      for member in Mirror(reflecting: part).children where "\(member.value)" == "nil" {
        Issue.record("the test leaves out \(member.label ?? "")")
      }
    }
    let path = try folder.write("heartbeat.json", heartbeat.encoded())
    #expect(try Heartbeat.read(path) == heartbeat)
    func members(_ bytes: [UInt8]) -> [Substring] {
      String(decoding: bytes, as: UTF8.self).split { "{},".contains($0) }.filter { !$0.contains("message") }
    }
    #expect(members(heartbeat.encoded()) == members(try JSONFile.encode(heartbeat)))
  }

  @Test(arguments: [
    "", "{", "null", "[]", #"{"format":99}"#, String(repeating: "[", count: 200_000), "\u{0}\u{1}",
    #"{"format":1,"collector":"c","devices":{"a":{"state":"flying","address":"x"}}}"#,
  ])
  func foreignHeartbeatsAreErrors(text: String) throws {
    let path = try folder.write("heartbeat.json", text.utf8)
    #expect { try Heartbeat.read(path) } throws: { ($0 as? FileError)?.code == .malformed }
  }

  @Test func aHeartbeatOfALaterVersionSaysSo() throws {
    var heartbeat = Heartbeat(
      collector: "c", host: "h", pid: 1, version: "9", started: 0, written: 0, sequence: 0, interval: 1, devices: [:])
    heartbeat.format = 2
    let path = folder.file("heartbeat.json")
    try heartbeat.write(path)
    #expect { try Heartbeat.read(path) } throws: { "\($0)".contains("format 2 is not known") }
  }

  @Test func interfacesAreFoundByPresentNameThenFormerNameThenKey() throws {
    var file = DeviceFile(device: "gw", address: "192.0.2.1")
    file.interfaces["ether1"] = .init(name: "uplink")
    file.interfaces["ether1"]?.names = [.init(name: "ether1", from: 1), .init(name: "uplink", from: 50)]
    file.interfaces["ether2"] = .init(name: "ether1")
    file.interfaces["ether2"]?.names = [.init(name: "ether2", from: 1), .init(name: "ether1", from: 60)]
    let path = folder.file("device.json")
    try file.write(path)
    let read = try DeviceFile.read(path)
    #expect(read == file)
    #expect(read.key(named: "uplink") == "ether1")
    #expect(read.key(named: "ether1") == "ether2", "a present name wins over a former one and over a key")
    #expect(read.key(named: "ether2") == "ether2")
    #expect(read.key(named: "none") == nil)
  }

  @Test func keysThatLeadElsewhereAreRefused() throws {
    var file = DeviceFile(device: "gw", address: "x")
    file.interfaces["../../etc/passwd"] = .init(name: "a")
    let path = folder.file("device.json")
    try file.write(path)
    #expect { try DeviceFile.read(path) } throws: { ($0 as? FileError)?.code == .malformed }
  }

  @Test func pathsAreBuiltFromNames() {
    let device = DataDirectory(root: "/srv/tikwatch/").collector("edge 1").device("gw/1")
    #expect(device.archive("ether1") == "/srv/tikwatch/edge_201/devices/gw_2f1/interfaces/ether1.rrd")
    #expect(device.ledger("ether1", monthOf: 1_795_219_200) == "/srv/tikwatch/edge_201/devices/gw_2f1/usage/ether1/2026-11.csv")
    #expect(DataDirectory(root: "/").root == "/")
    #expect(DataDirectory(root: "/x").collector(folder: "..") == nil)
  }
}
