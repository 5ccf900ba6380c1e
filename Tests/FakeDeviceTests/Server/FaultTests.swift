import NIOCore
import TestSupport
import Testing

@testable import FakeDevice

@Suite struct FaultTests {
  @Test func refuses() async throws {
    try await FleetTests.serving([FleetTests.gateway(.refuse)]) { fleet in
      await #expect(throws: (any Error).self) { try await LoopbackClient(port: fleet.servers[0].port) }
    }
  }

  @Test func isAwayWhileItRebootsAndCountsFromZero() async throws {
    let clock = FleetTests.Clock()
    var data = DeviceData.gateway
    data.reboots = [TimeSpan(after: 100, seconds: 30)]
    try await FleetTests.serving([data], clock: clock) { fleet in
      let port = fleet.servers[0].port
      let client = try await FleetTests.loggedIn(fleet)
      clock.advance(110)
      try await eventually { client.isClosed }
      #expect(client.wasReset)
      try await eventually {
        do {
          try await LoopbackClient(port: port).close()
          return false
        } catch { return true }
      }
      clock.advance(25)
      var back: LoopbackClient?
      try await eventually {
        back = try? await LoopbackClient(port: port)
        return back != nil
      }
      let again = try #require(back)
      try await again.say("/login", "=name=admin", "=password=")
      try await again.say("/system/resource/print", "=.proplist=uptime")
      #expect(try await again.sentence() == ["!done"])
      #expect(try await again.sentence() == ["!re", "=uptime=5s"])
    }
  }

  @Test func hangsAtAcceptLoginAndAfterSomeCommands() async throws {
    let marker = FleetTests.gateway(.hangAfter) { $0.count = 1 }
    try await FleetTests.serving([FleetTests.gateway(.hangAccept), FleetTests.gateway(.hangLogin), marker]) { fleet in
      var clients: [LoopbackClient] = []
      for server in fleet.servers {
        let client = try await LoopbackClient(port: server.port)
        try await client.say("/login", "=name=admin", "=password=")
        clients.append(client)
      }
      // What the third answers shows that the others had time to.
      #expect(try await clients[2].sentence() == ["!done"])
      try await clients[2].say("/system/identity/print")
      #expect(try await clients[2].sentence().first == "!re")
      #expect(try await clients[2].sentence() == ["!done"])
      try await clients[2].say("/system/identity/print")
      for _ in 0..<5 { try await LoopbackClient(port: fleet.servers[2].port).close() }
      #expect(clients.allSatisfy { $0.bytes.isEmpty && !$0.isClosed })
    }
  }

  @Test(arguments: [FaultData.Kind.garbage, .oversizedWord, .halfSentence])
  func sendsBytesThatAreNoSentence(_ kind: FaultData.Kind) async throws {
    try await FleetTests.serving([FleetTests.gateway(kind)]) { fleet in
      let client = try await FleetTests.loggedIn(fleet)
      try await client.say("/system/identity/print")
      try await eventually { !client.bytes.isEmpty }
      var bytes = client.bytes
      switch kind {
      case .garbage: #expect(bytes[0] == 0xFF)
      case .oversizedWord: #expect(bytes.starts(with: [0xF0, 0xFF, 0xFF, 0xFF, 0xFE]))
      default:
        try await eventually { client.isClosed }
        bytes = client.bytes
        #expect(bytes.starts(with: WireCodec.word(Array("!re".utf8))))
        #expect(WireCodec.takeSentence(from: &bytes) == nil)
      }
    }
  }

  @Test func resetsAndEndsSessions() async throws {
    try await FleetTests.serving([FleetTests.gateway(.reset)]) { fleet in
      let client = try await FleetTests.loggedIn(fleet)
      try await client.say("/system/identity/print")
      try await eventually { client.isClosed }
      #expect(client.wasReset)
    }
    try await FleetTests.serving([FleetTests.gateway(.fatal)]) { fleet in
      let client = try await FleetTests.loggedIn(fleet)
      try await client.say("/system/identity/print")
      #expect(try await client.sentence() == ["!fatal", "session terminated by the device"])
      try await eventually { client.isClosed }
      #expect(!client.wasReset)
    }
  }

  @Test func refusesEveryLogin() async throws {
    try await FleetTests.serving([FleetTests.gateway(.wrongPassword)]) { fleet in
      let client = try await LoopbackClient(port: fleet.servers[0].port)
      try await client.say("/login", "=name=admin", "=password=")
      #expect(try await client.sentence() == ["!trap", "=message=invalid user name or password (6)"])
    }
  }

  @Test func answersLate() async throws {
    try await FleetTests.serving([FleetTests.gateway(.slow) { $0.milliseconds = 120 }]) { fleet in
      let start = ContinuousClock.now
      let client = try await FleetTests.loggedIn(fleet)
      try await client.say("/system/identity/print")
      #expect(try await client.sentence().first == "!re")
      #expect(ContinuousClock.now - start >= .milliseconds(240))
    }
  }

  @Test func lastsOnlyForItsTimeAndItsCommand() throws {
    var fault = FaultData(kind: .fatal)
    fault.after = 10
    fault.seconds = 5
    fault.command = "/system/health"
    var data = DeviceData.gateway
    data.faults = [fault]
    for (offset, command, isFatal) in [
      (9.9, "/system/health/print", false), (10, "/system/health/print", true), (14.9, "/system/identity/print", false),
      (15, "/system/health/print", false),
    ] {
      var harness = try SessionHarness.loggedIn(data)
      harness.time += offset
      #expect((harness.say(command).first?.first == "!fatal") == isFatal, "\(command) at \(offset)")
    }
  }

  @Test(
    arguments: [
      ("refuse", .refuse, nil, nil), ("hang-after=3", .hangAfter, 3, nil), ("slow=250", .slow, nil, 250),
    ] as [(String, FaultData.Kind, Int?, Int?)])
  func readsArguments(_ text: String, _ kind: FaultData.Kind, _ count: Int?, _ milliseconds: Int?) {
    let fault = FaultData(argument: text)
    #expect(fault?.kind == kind && fault?.count == count && fault?.milliseconds == milliseconds)
  }

  @Test(arguments: ["", "nap", "slow", "slow=x", "slow=-1", "hang-after", "refuse=1"]) func refusesArguments(_ text: String) {
    #expect(FaultData(argument: text) == nil)
  }
}
