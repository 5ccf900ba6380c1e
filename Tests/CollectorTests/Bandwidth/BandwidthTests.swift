import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

/// The test of the connection to the internet, against a server on loopback.
@Suite struct BandwidthTests {
  private static func config(_ server: TransferServer, dns: Int? = nil) throws -> BandwidthConfig {
    var config = BandwidthConfig()
    config.isEnabled = true
    config.dnsServer = "127.0.0.1:\(dns ?? server.port)"
    config.url = try DownloadURL(server.url)
    return config
  }

  private static func run(_ config: BandwidthConfig, _ stop: TransferStop = .init()) async throws -> BandwidthResult {
    var test = BandwidthTest()
    test.limits.upload = (64 << 10, 1 << 20)
    return try await BlockingWork.run("bandwidth") { [test] in test.run(config, stop) }
  }

  @Test func measuresBothWaysAndTheLatency() async throws {
    let server = try await TransferServer.start()
    let result = try await Self.run(Self.config(server))
    await server.stop()
    #expect(result.problems.isEmpty, "\(result.problems)")
    for value in [result.download, result.upload, result.latency] { #expect(try #require(value) > 0) }
    // 64, 256 and 1024 KiB, unless the machine was so slow that fewer were enough.
    #expect(server.count("GET") == 1 && (1...3).contains(server.count("POST")))
  }

  @Test func withoutTheDNSServerNothingIsAsked() async throws {
    let server = try await TransferServer.start()
    try await RefusingPort.with { port in
      let result = try await Self.run(Self.config(server, dns: port))
      #expect(result.families.isEmpty && server.count("GET") == 0)
      #expect(result.problems.count == 1 && result.problems[0].hasPrefix("could not connect to http://127.0.0.1:\(port): "))
    }
    await server.stop()
  }

  @Test func whatCannotBeMeasuredIsAbsent() async throws {
    let server = try await TransferServer.start { method, _ in method == "GET" ? 200 : 405 }
    let result = try await Self.run(Self.config(server))
    await server.stop()
    #expect(result.download != nil && result.latency != nil && result.upload == nil)
    #expect(result.problems == ["could not upload to \(server.url): the server answers with status 405"])
  }

  @Test func anErrorsBodyIsNoDownload() async throws {
    let server = try await TransferServer.start { _, _ in 404 }
    let result = try await Self.run(Self.config(server))
    await server.stop()
    #expect(result.families.isEmpty && result.problems.count == 2)
  }

  @Test func theLargestUploadThatIsTakenCounts() async throws {
    let server = try await TransferServer.start { method, length in method == "POST" && length > 64 << 10 ? 413 : 200 }
    let result = try await Self.run(Self.config(server))
    await server.stop()
    #expect(result.upload != nil && result.problems.isEmpty)
  }

  @Test func aDownloadIsBoundedInBytes() async throws {
    let server = try await TransferServer.start()
    let url = try DownloadURL(server.url)
    let figures = try await BlockingWork.run("bandwidth") {
      try MeasuredTransfer.run(.download(limit: 100_000), url, within: .seconds(30), .init())
    }
    await server.stop()
    #expect((100_000...200_000).contains(figures.bytes) && figures.bitsPerSecond != nil)
  }

  @Test func anEmptyDownloadIsAProblem() async throws {
    let server = try await TransferServer.start(size: 0)
    let result = try await Self.run(Self.config(server))
    await server.stop()
    #expect(result.download == nil && result.problems.count == 1 && result.problems[0].contains("the answer is empty"))
  }

  @Test func aTestThatIsStoppedFindsNothing() async throws {
    let server = try await TransferServer.start()
    let stop = TransferStop()
    stop.request()
    let result = try await Self.run(Self.config(server), stop)
    await server.stop()
    #expect(result.families.isEmpty && server.count("GET") == 0)
  }

  @Test func aServerThatSaysNothingCostsALimitedTime() async throws {
    let (dns, silent) = (try await TransferServer.start(), try await ScriptedServer.start([.pause]))
    var config = try Self.config(dns)
    config.url = try DownloadURL("http://127.0.0.1:\(silent.port)/")
    var test = BandwidthTest()
    test.limits.direction = .milliseconds(200)
    let result = try await BlockingWork.run("bandwidth") { [test, config] in test.run(config, .init()) }
    await silent.stop()
    await dns.stop()
    #expect(result.families.isEmpty && result.problems.count == 2)
    #expect(result.problems.allSatisfy { $0.hasSuffix("Timeout was reached") }, "\(result.problems)")
  }

  @Test func aTestThatWaitsForAServerCanBeStopped() async throws {
    let dns = try await TransferServer.start()
    let (stop, server) = (TransferStop(), try await ScriptedServer.start([.take(3)]))
    var config = try Self.config(dns)
    config.url = try DownloadURL("http://127.0.0.1:\(server.port)/")
    var test = BandwidthTest()
    test.limits.direction = .seconds(3600)
    async let result = BlockingWork.run("bandwidth") { [test, config] in test.run(config, stop) }
    // However this ends, `result` is awaited first: it has an hour. So this stands below it.
    defer { stop.request() }
    try await server.waitForScript()
    stop.request()
    let problems = try await result.problems
    await server.stop()
    await dns.stop()
    #expect(problems.count == 2 && problems.allSatisfy { $0.contains("callback") }, "\(problems)")
  }

  // MARK: When

  @Test func theIntervalRunsFromBeginningToBeginning() throws {
    var config = BandwidthConfig()
    (config.isEnabled, config.interval) = (true, 420)
    var schedule = BandwidthSchedule()
    #expect(schedule.action(nil, at: 0) == .wait)
    #expect(schedule.action(config, at: 1) == .forget)
    #expect(schedule.action(config, at: 1) == .test(config))
    #expect(schedule.action(config, at: 420.9) == .wait)
    #expect(schedule.action(config, at: 421) == .test(config))
    #expect(schedule.action(config, at: 422) == .wait)
    var other = config
    other.interval = 60
    #expect(schedule.action(other, at: 423) == .forget)
    #expect(schedule.action(other, at: 423) == .test(other))
    #expect(schedule.action(nil, at: 424) == .forget)
    #expect(schedule.action(nil, at: 10_000) == .wait)
  }

  // MARK: What is shown

  @Test func familiesHaveTheReferencesNamesTypesAndLabels() {
    let result = BandwidthResult(download: 1e8, upload: 2.5e7, latency: 12.5)
    let lines = String(decoding: PrometheusText.render(result.families).text, as: UTF8.self).split(separator: "\n").filter {
      !$0.hasPrefix("# HELP")
    }
    #expect(
      lines == [
        "# TYPE mktxp_internet_bandwidth gauge", "mktxp_internet_bandwidth{direction=\"download\"} 100000000",
        "mktxp_internet_bandwidth{direction=\"upload\"} 25000000", "# TYPE mktxp_internet_latency gauge",
        "mktxp_internet_latency 12.5",
      ])
    #expect(BandwidthResult().families.isEmpty)
  }
}
