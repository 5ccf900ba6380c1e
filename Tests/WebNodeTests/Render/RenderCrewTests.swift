import Foundation
import HTTPService
import HTTPTypes
import Logging
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// Drawing processes: what they draw, and what becomes of the node when they do not.
@Suite struct RenderCrewTests {
  final class Ends: Sendable {
    private let list = Mutex<[RenderCrew.End]>([])
    func add(_ end: RenderCrew.End) { list.withLock { $0.append(end) } }
    var all: [RenderCrew.End] { list.withLock { $0 } }
  }

  private static func with<Value>(
    _ change: (inout RenderCrew.Settings) -> Void = { _ in }, _ body: (RenderCrew, Ends) async throws -> Value
  ) async throws -> Value {
    var settings = RenderCrew.Settings()
    settings.program = try Products.path("tikwatch-web")
    settings.processes = 1
    // Nothing here waits for these; a loaded machine needs them.
    settings.deadline = .seconds(60)
    settings.patience = .seconds(120)
    change(&settings)
    let ends = Ends()
    let crew = RenderCrew(settings, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })) { ends.add($0) }
    defer { crew.stop() }
    return try await body(crew, ends)
  }

  /// Whether there is such a process, as a zombie too.
  private static func exists(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 }

  private static func script(_ folder: TemporaryDirectory, _ text: String) throws -> String {
    let path = try folder.write("worker", ("#!/bin/sh\n" + text + "\n").utf8)
    chmod(path, 0o755)
    return path
  }

  private static func draws503(_ crew: RenderCrew) async {
    let problem = await #expect(throws: HTTPProblem.self) { try await crew.draw(RenderOrderTests.order()) }
    #expect(problem?.status == .serviceUnavailable)
    #expect(problem?.retryAfter != nil)
  }

  /// A build with sanitizers has terabytes mapped, and must be left without that limit.
  @Test func aProcessKnowsHowMuchItHasMapped() throws {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmSize:") })
    let kilobytes = try #require(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) })
    #expect((kilobytes / 2048...kilobytes / 512).contains(RenderWorker.addressSpace()))
  }

  @Test func drawsTheSamePictureAsTheLibraryDoesHere() async throws {
    let order = RenderOrderTests.order()
    let here = try RRDLibrary.graph(start: order.start, end: order.end, arguments: order.arguments, rows: order.rows)
    try await Self.with { crew, ends in
      #expect(crew.processes.isEmpty)
      let there = try await crew.draw(order)
      #expect(there == here)
      #expect(try await crew.draw(order) == here)
      #expect(crew.processes.count == 1 && ends.all.isEmpty)
    }
  }

  @Test func whatLibrrdRefusesIsTold() async throws {
    try await Self.with { crew, ends in
      let problem = await #expect(throws: HTTPProblem.self) {
        try await crew.draw(RenderOrderTests.order(extra: ["LINE1:nothing#123456"]))
      }
      #expect(problem?.detail.contains("nothing") == true)
      // A refusal is an answer: the process stays.
      _ = try await crew.draw(RenderOrderTests.order())
      #expect(ends.all.isEmpty)
    }
  }

  @Test(arguments: [SIGSEGV, SIGABRT, SIGKILL, SIGBUS, SIGFPE])
  func drawingWhoseProcessDiesIsDrawnByAnother(signal: Int32) async throws {
    try await Self.with { crew, ends in
      let expected = try await crew.draw(RenderOrderTests.order())
      let pid = try #require(crew.processes.first)
      // Stopped, it has the order in hand when the signal comes.
      kill(pid, SIGSTOP)
      async let drawing = crew.draw(RenderOrderTests.order())
      try await eventually { crew.busyProcesses == [pid] }
      kill(pid, signal)
      kill(pid, SIGCONT)
      #expect(try await drawing == expected)
      #expect(crew.processes.count == 1 && crew.processes != [pid])
      #expect(!Self.exists(pid))
      #expect(ends.all == [.crash])
    }
  }

  @Test func processThatDiedIdleIsReplacedWithoutAFailure() async throws {
    try await Self.with { crew, ends in
      let expected = try await crew.draw(RenderOrderTests.order())
      let pid = try #require(crew.processes.first)
      kill(pid, SIGKILL)
      #expect(try await crew.draw(RenderOrderTests.order()) == expected)
      #expect(!Self.exists(pid))
      #expect(ends.all.allSatisfy { $0 == .crash })
    }
  }

  @Test func processThatHangsIsKilledAtItsDeadline() async throws {
    try await Self.with({ $0.deadline = .milliseconds(300) }) { crew, ends in
      // The first start may take its time on a loaded machine.
      try await eventually { (try? await crew.draw(RenderOrderTests.order())) != nil }
      let before = ends.all.count
      let pid = try #require(crew.processes.first)
      kill(pid, SIGSTOP)
      await Self.draws503(crew)
      #expect(!Self.exists(pid))
      #expect(ends.all.dropFirst(before) == [.deadline])
      try await eventually { (try? await crew.draw(RenderOrderTests.order())) != nil }
    }
  }

  @Test(arguments: [
    ("kill -SEGV $$", [RenderCrew.End.crash, .crash]),
    ("exit 0", [.crash, .crash]),
    ("printf 'no answer at all'; exec sleep 1000", [.garbage, .garbage]),
    ("head -c 20 >/dev/null; yes 'Content-Type: text/html' 2>/dev/null", [.garbage, .garbage]),
    // A header that announces a picture of 90 MB, and three bytes of it.
    ("printf 'TWRF\\002\\000\\000\\000\\005\\240\\000\\000abc'", [.crash, .crash]),
    // A header beyond the limit.
    ("printf 'TWRF\\002\\000\\000\\000\\377\\377\\377\\377'; exec sleep 1000", [.garbage, .garbage]),
    // An order is no answer.
    ("printf 'TWRF\\001\\000\\000\\000\\000\\000\\000\\000'; exec sleep 1000", [.garbage, .garbage]),
  ])
  func processesThatAreNoneAre503(script: String, expected: [RenderCrew.End]) async throws {
    let folder = try TemporaryDirectory()
    let program = try Self.script(folder, script)
    // Twice and not a third time.
    #expect(try await Self.endsOf(program) == expected)
  }

  /// How the processes ended that were to draw one picture with this script, which nobody got.
  private static func endsOf(_ program: String, deadline: Duration = .seconds(60)) async throws -> [RenderCrew.End] {
    var last: [RenderCrew.End] = []
    for _ in 0..<50 {
      last = try await with({ ($0.program, $0.deadline) = (program, deadline) }) { crew, ends in
        await draws503(crew)
        #expect(crew.processes.isEmpty)
        return ends.all
      }
      // "Text file busy": a process that another test started just then holds the script, open for writing, until it becomes its program.
      guard last == [.start] else { break }
    }
    return last
  }

  @Test func processThatNeverAnswersIs503() async throws {
    let folder = try TemporaryDirectory()
    let program = try Self.script(folder, "exec sleep 1000")
    #expect(try await Self.endsOf(program, deadline: .milliseconds(200)) == [.deadline])
  }

  @Test(arguments: ["/no/such/program", "/etc/hostname", "/"])
  func programThatCannotBeStartedIs503(program: String) async throws {
    try await Self.with({ $0.program = program }) { crew, ends in
      await Self.draws503(crew)
      #expect(ends.all == [.start])
    }
  }

  @Test func processThatHasDrawnEnoughIsReplaced() async throws {
    try await Self.with({ $0.lifetime = 3 }) { crew, ends in
      var seen: [pid_t] = []
      for _ in 0..<7 {
        _ = try await crew.draw(RenderOrderTests.order())
        seen += crew.processes.filter { !seen.contains($0) }
      }
      #expect(ends.all == [.worn, .worn])
      #expect(crew.processes.count == 1)
      #expect(seen.dropLast().allSatisfy { !Self.exists($0) })
    }
  }

  @Test func stopLeavesNoProcess() async throws {
    let left = try await Self.with({ $0.processes = 2 }) { crew, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for width in 300..<320 { group.addTask { _ = try await crew.draw(RenderOrderTests.order(width: width)) } }
        try await group.waitForAll()
      }
      #expect((1...2).contains(crew.processes.count))
      return crew.processes
    }
    #expect(left.allSatisfy { !Self.exists($0) })
  }

  @Test func processHasNothingOfTheNodeButItsPipe() async throws {
    let secret = try TemporaryDirectory()
    let path = try secret.write("open", "x".utf8)
    // Without O_CLOEXEC: a descriptor that would be inherited.
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    signal(SIGUSR2, SIG_IGN)
    defer { signal(SIGUSR2, SIG_DFL) }
    try await Self.with { crew, _ in
      _ = try await crew.draw(RenderOrderTests.order())
      let pid = try #require(crew.processes.first)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").compactMap { name in
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(name)")
      }
      #expect(!open.isEmpty && !open.contains { $0.contains(secret.path) })
      #expect(Set(open.filter { $0.hasPrefix("socket:") }).count == 1)
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      #expect(status.contains("NoNewPrivs:\t1"))
      let ignored = try #require(
        status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }.flatMap { UInt64($0.dropFirst(8), radix: 16) })
      #expect(ignored & (1 << (UInt64(SIGUSR2) - 1)) == 0)
      #expect(ignored & (1 << (UInt64(SIGTERM) - 1)) != 0)
      let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
      for (name, value) in [("Max core file size", "0"), ("Max file size", "0"), ("Max open files", "64")] {
        let line = limits.split(separator: "\n").first { $0.hasPrefix(name) }?.dropFirst(name.count)
        #expect(line?.split(separator: " ").first == Substring(value), "\(name)")
      }
      let environment = try String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
      #expect(environment.contains("SWIFT_BACKTRACE=enable=no"))
    }
    let handed = RenderProcess.environment(["NOTIFY_SOCKET": "x", "CREDENTIALS_DIRECTORY": "y", "TZ": "Europe/Riga"])
    #expect(handed.sorted() == ["SWIFT_BACKTRACE=enable=no", "TZ=Europe/Riga"])
  }
}
