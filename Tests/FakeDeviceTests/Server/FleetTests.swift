import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import FakeDevice

@Suite struct FleetTests {
  /// A clock that tests set.
  final class Clock: Sendable {
    let now = Mutex(1_795_221_000.0)
    func advance(_ seconds: Double) { now.withLock { $0 += seconds } }
  }

  /// Serves `devices` while `body` runs.
  static func serving(
    _ devices: [DeviceData], clock: Clock = Clock(), _ body: (DeviceFleet) async throws -> Void
  ) async throws {
    let fleet = try DeviceFleet(DataFile(devices: devices), FleetOptions(now: { clock.now.withLock { $0 } }))
    do {
      try await fleet.start()
      try await body(fleet)
    } catch {
      await fleet.stop()
      throw error
    }
    await fleet.stop()
  }

  static func gateway(_ fault: FaultData.Kind, _ change: (inout FaultData) -> Void = { _ in }) -> DeviceData {
    var data = DeviceData.gateway
    var value = FaultData(kind: fault)
    change(&value)
    data.fault = value
    return data
  }

  static func loggedIn(_ fleet: DeviceFleet) async throws -> LoopbackClient {
    let client = try await LoopbackClient(port: fleet.servers[0].port)
    try await client.say("/login", "=name=admin", "=password=")
    #expect(try await client.sentence() == ["!done"])
    return client
  }

  @Test func eachDeviceHasAPortOfItsOwn() async throws {
    try await Self.serving(DataFile.builtIn.cloned(to: 7).devices) { fleet in
      #expect(Set(fleet.servers.map(\.port)).count == 7)
      for server in fleet.servers {
        let client = try await LoopbackClient(port: server.port)
        try await client.say("/login", "=name=admin", "=password=")
        try await client.say("/system/identity/print")
        #expect(try await client.sentence() == ["!done"])
        #expect(try await client.sentence() == ["!re", "=name=\(server.device.data.name)"])
        try await client.close()
      }
    }
  }

  @Test func answersEverySplitOfACommand() async throws {
    try await Self.serving([.gateway]) { fleet in
      let client = try await Self.loggedIn(fleet)
      let bytes = WireCodec.sentence(["/system/identity/print", ".tag=1"])
      for split in 1..<bytes.count {
        try await client.send(Array(bytes[..<split]))
        try await client.send(Array(bytes[split...]))
        #expect(try await client.sentence() == ["!re", "=name=gw-riga", ".tag=1"])
        #expect(try await client.sentence() == ["!done", ".tag=1"])
      }
    }
  }

  @Test func streamsOnATimer() async throws {
    try await Self.serving([.gateway]) { fleet in
      let client = try await Self.loggedIn(fleet)
      try await client.say("/interface/print", "=interval=0.01", "=.proplist=name", "?name=ether1", ".tag=s")
      for section in 0..<3 {
        #expect(try await client.sentence() == ["!re", "=.section=\(section)", "=name=ether1", ".tag=s"])
      }
      try await client.say("/cancel", "=tag=s", ".tag=c")
      var sentence = try await client.sentence()
      while sentence[0] == "!re" { sentence = try await client.sentence() }
      #expect(sentence == ["!trap", "=category=2", "=message=interrupted", ".tag=s"])
      #expect(try await client.sentence() == ["!done", ".tag=s"])
      #expect(try await client.sentence() == ["!done", ".tag=c"])
    }
  }

  @Test(arguments: [[0xFF, 0, 0], [0xF0, 0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]])
  func closesWithAReasonOnBadBytesAndServesOn(_ bytes: [UInt8]) async throws {
    try await Self.serving([.gateway]) { fleet in
      let client = try await LoopbackClient(port: fleet.servers[0].port)
      try await client.send(bytes)
      #expect(try await client.sentence().first == "!fatal")
      try await eventually { client.isClosed }
      try await Self.loggedIn(fleet).close()
    }
  }

  @Test func takenPortIsAnErrorThatNamesIt() async throws {
    try await Self.serving([.gateway]) { fleet in
      let port = fleet.servers[0].port
      let error = #expect(throws: ListenError.self) {
        try DeviceFleet(DataFile(devices: [.branch]), FleetOptions(port: port))
      }
      #expect(error?.description == "could not listen on 127.0.0.1:\(port): Address already in use")
    }
  }
}
