import Logging
import NIOCore
import NIOPosix
import Shared
import Synchronization
import TestSupport
import Testing

@testable import Collector

/// Rounds and sessions, against a server that answers its first connection only: a second session would have no answer.
@Suite(.timeLimit(.minutes(1))) struct ProbePoolTests {
  private static let answering = ScriptedServer.login + [ScriptedServer.Step.answerEverything]

  private func grant(_ server: ScriptedServer, target: String = "127.0.0.1", check: TargetCheck? = nil) -> ProbeGrant {
    var device = DeviceConfig(
      name: "lab", endpoint: DeviceEndpoint(host: check?.host ?? target, port: server.port),
      credentials: Credentials(username: "admin", password: Secret("secret")),
      billing: .init(day: 1, timeZone: "UTC", quota: nil))
    device.isModuleOnly = true
    return ProbeGrant(module: "lab", device: device, target: target, check: check)
  }

  private func pool(_ resolver: HostResolver = HostResolver()) -> ProbePool {
    let (time, logger) = (TimeSource(), Logger(label: "test"))
    return ProbePool(
      .init(
        resolver: resolver, group: MultiThreadedEventLoopGroup.singleton, time: time, logger: logger,
        releases: ReleaseCheck(nil, time: time, logger: logger)))
  }

  private func config(keeps: Bool, seconds: Int = 300) -> ProbeConfig {
    var config = ProbeConfig()
    config.keepsSessions = keeps
    config.sessionSeconds = seconds
    config.deadline = 30
    return config
  }

  private func names(_ outcome: ProbePool.Outcome) throws -> [String] { try outcome.get().map(\.name) }

  @Test func whoAsksAtOnceSharesOneRound() async throws {
    let server = try await ScriptedServer.start(Self.answering)
    let (pool, grant, config) = (pool(), grant(server), config(keeps: false))
    let outcomes = await withTaskGroup(of: ProbePool.Outcome.self) { group in
      for _ in 0..<8 { group.addTask { await pool.probe(grant, config, patience: .seconds(20)) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for outcome in outcomes { #expect(try names(outcome).contains("tikwatch_device_up")) }
    #expect(await pool.keptCount == 0)
    await server.stop()
  }

  @Test func aKeptSessionServesTheNextProbe() async throws {
    let server = try await ScriptedServer.start(Self.answering)
    let (pool, grant, config) = (pool(), grant(server), config(keeps: true))
    for _ in 0..<3 {
      let outcome = await pool.probe(grant, config, patience: .seconds(20))
      #expect(try names(outcome).contains("tikwatch_menu_up"))
      #expect(await pool.keptCount == 1)
    }
    await pool.forgetSessions()
    #expect(await pool.keptCount == 0)
    await server.stop()
  }

  @Test func noMoreSessionsAreKeptThanAllowed() async throws {
    let servers = [try await ScriptedServer.start(Self.answering), try await ScriptedServer.start(Self.answering)]
    let pool = pool()
    var config = config(keeps: true)
    config.sessionLimit = 1
    for (index, server) in servers.enumerated() {
      var grant = grant(server)
      grant.module = "lab\(index)"
      _ = try names(await pool.probe(grant, config, patience: .seconds(20)))
      #expect(await pool.keptCount == 1)
    }
    await pool.close()
    for server in servers { await server.stop() }
  }

  @Test func whoIsInAHurryIsToldSo() async throws {
    // Accepts and says nothing.
    let server = try await ScriptedServer.start([.pause])
    let outcome = await pool().probe(grant(server), config(keeps: false), patience: .milliseconds(200))
    #expect(outcome == .failure(.unavailable("the probe of \"lab\" at 127.0.0.1 has no answer within 0.2 s")))
    await server.stop()
  }

  @Test func anEndEndsWhoWaits() async throws {
    let server = try await ScriptedServer.start([.pause])
    let (pool, grant, config) = (pool(), grant(server), config(keeps: false))
    async let outcome = pool.probe(grant, config, patience: .seconds(30))
    try await eventually { await pool.roundCount == 1 }
    await pool.close()
    #expect(await outcome == .failure(.unavailable("the probe of \"lab\" at 127.0.0.1 was ended")))
    #expect(await pool.probe(grant, config, patience: .seconds(1)) == .failure(.unavailable("the collector stops")))
    await server.stop()
  }

  /// A name is looked up once, and what was checked is what is connected to.
  @Test func theAddressThatWasCheckedIsConnectedTo() async throws {
    let server = try await ScriptedServer.start(Self.answering)
    let lookups = Counter()
    let resolver = HostResolver { host, port in
      lookups.add()
      // A name server that says something else the second time.
      let address = lookups.count == 1 ? "127.0.0.1" : "192.0.2.1"
      return Result { [try SocketAddress(ipAddress: address, port: port)] }
    }
    let rules = try TargetRules(parsing: ["*.lab", "127.0.0.0/8"])
    let check = try #require(rules.check("r1.lab"))
    let outcome = await pool(resolver).probe(
      grant(server, target: "r1.lab", check: check), config(keeps: false), patience: .seconds(20))
    let up = try outcome.get().first { $0.name == "tikwatch_device_up" }
    #expect(up.map { String(decoding: $0.lines, as: UTF8.self) }?.contains("routerboard_address=\"r1.lab\"") == true)
    #expect(lookups.count == 1)
    await server.stop()
  }

  @Test func aNameThatLeadsHereIsRefusedBeforeAnyConnection() async throws {
    let resolver = HostResolver { _, port in Result { [try SocketAddress(ipAddress: "127.0.0.1", port: port)] } }
    let server = try await ScriptedServer.start(Self.answering)
    let check = try #require(try TargetRules(parsing: ["*.lab"]).check("r1.lab"))
    let outcome = await pool(resolver).probe(
      grant(server, target: "r1.lab", check: check), config(keeps: false), patience: .seconds(20))
    guard case .failure(let refusal) = outcome else {
      Issue.record("connected")
      return
    }
    #expect(refusal.status == 403 && refusal.message.contains("resolves to addresses that are not allowed"))
    await server.stop()
  }
}

/// Counts calls from any thread.
private final class Counter: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}
