import Foundation
import HTTPService
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// Storage that stops answering: what hangs is one root, and one root only.
@Suite struct HungRootTests {
  static let now = 1_795_200_000

  /// A gate that everything reading one root has to pass.
  final class Gate: Sendable {
    private let isClosed = Mutex(false)
    private let changed = NSCondition()

    func close() { isClosed.withLock { $0 = true } }
    func open() {
      changed.lock()
      isClosed.withLock { $0 = false }
      changed.broadcast()
      changed.unlock()
    }
    func pass() {
      changed.lock()
      while isClosed.withLock({ $0 }) { changed.wait() }
      changed.unlock()
    }
  }

  /// A disk whose one root may hang.
  struct GatedReader: HandoffReader {
    let gate: Gate
    let root: String
    private func wait(_ path: String) { if path.hasPrefix(root) { gate.pass() } }

    func list(_ path: String) throws(FileError) -> [String] { wait(path); return try DiskReader().list(path) }
    func identity(_ path: String) throws(FileError) -> BoundedFile.Identity? {
      wait(path)
      return try DiskReader().identity(path)
    }
    func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
      wait(path)
      return try DiskReader().read(path, offset: offset, count: count)
    }
    func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
      wait(path)
      return try DiskReader().read(path, limit: limit)
    }
    func heartbeat(_ path: String) throws(FileError) -> Heartbeat { wait(path); return try DiskReader().heartbeat(path) }
    func deviceFile(_ path: String) throws(FileError) -> DeviceFile { wait(path); return try DiskReader().deviceFile(path) }
  }

  private static func series(_ device: String) -> String {
    "/api/v1/series?device=\(device)&interface=ether1&from=\(now - 60)&to=\(now)"
  }

  private static func site(_ device: String) throws -> (root: TemporaryDirectory, collector: CollectorFixture) {
    let root = try TemporaryDirectory()
    var collector = try CollectorFixture("edge-\(device)", root: root.path, now: Double(now))
    collector.set(device, .up)
    try collector.beat(at: Double(now))
    try collector.describe(device, [("ether1", "ether1", "wan")])
    try collector.archive(device, "ether1", Truth(seed: 1), (now - 600)...(now - 5))
    try collector.samples((now - 60)...now, [device: ["ether1": Truth(seed: 1)]])
    try collector.metrics(device, written: Double(now), "# HELP x X.\n# TYPE x gauge\nx{device=\"\(device)\"} 1\n")
    return (root, collector)
  }

  @Test func hungRootIs503ForItselfAndNothingForTheOthers() async throws {
    let hung = try Self.site("gw1")
    var sound = try Self.site("gw2")
    let gate = Gate()
    defer { gate.open() }
    let clock = TestClock(Double(Self.now))
    let config = RunningNode.config(hung.root.path, sound.root.path)
    let reader = GatedReader(gate: gate, root: hung.root.path)
    try sound.collector.beat(at: Double(Self.now) + 30)
    try sound.collector.samples((Self.now + 1)...(Self.now + 30), ["gw2": ["ether1": Truth(seed: 1)]], continues: true)
    try await RunningNode.with(
      config, now: clock.reading, reader: reader,
      change: {
        $0.storageDeadline = .seconds(2)
        $0.beforeRead = { root in if root == 0 { gate.pass() } }
      }
    ) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      let before = try await node.get(Self.series("gw1"))
      #expect(before.status == 200)
      gate.close()
      clock.advance(by: 0.5)
      // More at once than there are threads: none may wait for ever, none may take the other root's place.
      let statuses = try await withThrowingTaskGroup(of: (String, Int, String?).self) { group in
        for index in 0..<100 {
          group.addTask {
            let device = index % 5 == 0 ? "gw2" : "gw1"
            let reply = try await node.get(Self.series(device))
            return (device, reply.status, reply["retry-after"])
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for (device, status, retry) in statuses {
        #expect(status == (device == "gw1" ? 503 : 200))
        #expect((retry != nil) == (device == "gw1"))
      }
      clock.set(Double(Self.now) + 30)
      let metrics = try await node.get("/metrics").text
      #expect(metrics.contains("x{device=\"gw2\"} 1\n"))
      #expect(metrics.contains("tikwatch_web_root_up{root=\"\(hung.root.path)\"} 0\n"))
      #expect(metrics.contains("tikwatch_web_root_up{root=\"\(config.storage[1])\"} 1\n"))
      let health = try await node.get("/healthz")
      #expect(health.status == 200)
      let ready = try await node.get("/readyz")
      #expect(ready.status == 503)
      #expect(ready.text.contains(hung.root.path))
      try await eventually {
        let states = try await node.json("/api/v1/devices")["devices"].array.map { $0["state"].string }
        return states == ["stale", "up"]
      }
      gate.open()
      try await eventually { try await node.get(Self.series("gw1")).status == 200 }
    }
  }

  /// 503 for what needs the root that hangs, within 15 s; the other root's device has every answer.
  @Test func everyAddressAnswersInTimeWhileARootHangs() async throws {
    let hung = try Self.site("gw1")
    let sound = try Self.site(BrokenMatrixTests.sound)
    let gate = Gate()
    defer { gate.open() }
    let config = RunningNode.config(hung.root.path, sound.root.path)
    try await RunningNode.with(
      config, now: { Double(Self.now) }, reader: GatedReader(gate: gate, root: hung.root.path),
      change: { $0.beforeRead = { root in if root == 0 { gate.pass() } } }
    ) { node in
      try await eventually { try await node.json("/api/v1/devices")["devices"].array.count == 2 }
      gate.close()
      try await withThrowingTaskGroup(of: (String, HTTPReply).self) { group in
        for target in BrokenMatrixTests.targets("gw1") + BrokenMatrixTests.targets(BrokenMatrixTests.sound)
          + BrokenMatrixTests.common
        {
          group.addTask { (target, try await HTTPProbe.get(node.port, target, timeout: .seconds(15))) }
        }
        for try await (target, reply) in group {
          #expect([200, 404, 503].contains(reply.status), "\(target): \(reply.status) \(reply.text.prefix(300))")
          if reply.status == 503 { #expect(reply["retry-after"] != nil || target == "/readyz", "\(target)") }
          if target.contains(BrokenMatrixTests.sound) {
            let isMissing = reply.status == 404 && reply.text.contains("there is nothing at this address")
            #expect(reply.status == 200 || isMissing, "\(target): \(reply.status) \(reply.text.prefix(300))")
          }
          for path in ["/api/v1/series", "/graph.", "/api/v1/events", "/rrdtool.txt"] where target.hasPrefix(path + "?device=gw1")
          {
            #expect(reply.status == 503, "\(target)")
          }
        }
      }
    }
  }

  @Test func poolRefusesBeyondItsQueueAndKeepsItsDeadline() async throws {
    let gate = Gate()
    gate.close()
    defer { gate.open() }
    let pool = BlockingPool(name: "test", threads: 1, queueLimit: 2, deadline: .milliseconds(200))
    defer { pool.stop() }
    async let first = Swift.Result.of { try await pool.run { gate.pass() } }
    try await eventually { pool.load == 1 }
    async let second = Swift.Result.of { try await pool.run { gate.pass() } }
    try await eventually { pool.load == 2 }
    let third = await Swift.Result.of { try await pool.run {} }
    for result in [await first, await second, third] {
      #expect(throws: HTTPProblem.self) { try result.get() }
    }
    gate.open()
    try await eventually { pool.load == 0 }
    let after = try await pool.run { 7 }
    #expect(after == 7)
  }
}

extension Swift.Result where Success: Sendable, Failure == any Error {
  /// What `body` comes to.
  fileprivate static func of(_ body: () async throws -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
