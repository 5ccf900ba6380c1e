import Foundation
import TestSupport
import Testing

@testable import WebNode

/// A node and its drawing processes, from outside.
@Suite(.serialized) struct NodeDrawingTests {
  private static func target(_ width: Int, device: String = "gw1") -> String {
    "/graph.png?device=\(device)&interface=ether1&from=\(GraphTests.now - 3600)&to=\(GraphTests.now)&width=\(width)&height=100"
  }

  private static func isPicture(_ reply: HTTPReply) -> Bool {
    reply.status == 200 && reply.body.starts(with: [0x89, 0x50, 0x4E, 0x47])
  }

  private static func exists(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 }

  private static func ready(_ root: TemporaryDirectory, program: String? = nil) async throws -> NodeProcess {
    let node = try await NodeProcess.start(root, program: program)
    try await eventually { try await isPicture(node.get(target(300))) }
    return node
  }

  @Test func fiveHundredDrawingsLeaveNothingBehind() async throws {
    let root = try GraphTests.root()
    let node = try await Self.ready(root)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for width in 301...304 { group.addTask { _ = try await node.get(Self.target(width)) } }
      try await group.waitForAll()
    }
    let before = node.descriptors
    for first in stride(from: 400, to: 900, by: 20) {
      try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for width in first..<(first + 20) { group.addTask { try await node.get(Self.target(width)) } }
        for try await reply in group { #expect(Self.isPicture(reply)) }
      }
    }
    // Connections that were just closed take a moment.
    try await eventually { node.descriptors <= before + 1 }
    let children = node.children
    #expect((1...2).contains(children.count) && children.allSatisfy { $0.state != "Z" })
    #expect(try await node.process.end() == 0)
    #expect(children.allSatisfy { !Self.exists($0.pid) })
  }

  @Test func crashesDuringLoadCostNoAnswer() async throws {
    let root = try GraphTests.root()
    let node = try await Self.ready(root)
    try await withThrowingTaskGroup(of: HTTPReply.self) { group in
      for width in 400..<424 { group.addTask { try await node.get(Self.target(width)) } }
      // One after the other, each in the middle of something: two drawings at most meet an ill process, each once.
      for signal in [SIGSEGV, SIGABRT] { if let child = node.children.first { kill(child.pid, signal) } }
      for try await reply in group { #expect(Self.isPicture(reply) || reply.status == 503) }
    }
    #expect(node.process.isRunning)
    #expect(try await Self.isPicture(node.get(Self.target(500))))
    try await eventually { node.children.allSatisfy { $0.state != "Z" } }
    #expect(try await node.process.end() == 0)
  }

  @Test func twoHundredAtOnceAreDrawnOrToldToComeAgainWhileTheRestAnswers() async throws {
    let root = try GraphTests.root()
    let node = try await Self.ready(root)
    func round(_ first: Int) async throws -> Int {
      try await withThrowingTaskGroup(of: HTTPReply.self) { group in
        for width in first..<(first + 200) { group.addTask { try await node.get(Self.target(width)) } }
        // The rest of the node, meanwhile.
        for target in ["/healthz", "/api/v1/devices", "/metrics", "/devices/gw1"] {
          let reply = try await node.get(target)
          #expect(reply.status == 200, "\(target)")
        }
        var pictures = 0
        for try await reply in group {
          if Self.isPicture(reply) {
            pictures += 1
          } else {
            #expect(reply.status == 503)
            #expect(reply["retry-after"].flatMap { Int($0) } != nil)
          }
        }
        return pictures
      }
    }
    _ = try await round(400)
    let before = node.memory
    var pictures = 0
    for turn in 1...3 { pictures += try await round(400 + 200 * turn) }
    #expect(pictures > 0)
    // Pictures are kept within 32 MB.
    #expect(node.memory < before + 64, "\(before) MB before, \(node.memory) MB after")
    #expect(node.children.count <= 2)
    #expect(try await node.process.end() == 0)
  }

  @Test func drawingProcessesEndWithANodeThatIsKilled() async throws {
    let root = try GraphTests.root()
    let node = try await Self.ready(root)
    let children = node.children.map(\.pid)
    #expect(!children.isEmpty)
    // Even one that does not run: it cannot see the end of its input.
    for child in children { kill(child, SIGSTOP) }
    _ = try await node.process.end(SIGKILL)
    try await eventually { children.allSatisfy { !Self.exists($0) || Self.isZombie($0) } }
  }

  /// Dead, and left to a process that may not look after it.
  private static func isZombie(_ pid: pid_t) -> Bool {
    (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") == true
  }

  @Test func programReplacedOnDiskDrawsOn() async throws {
    let root = try GraphTests.root()
    let folder = try TemporaryDirectory()
    let program = folder.file("tikwatch-web")
    try FileManager.default.copyItem(atPath: Products.path("tikwatch-web"), toPath: program)
    let node = try await NodeProcess.start(root, program: program)
    // As a package does it, before the first drawing.
    let other = try folder.write("new", "#!/bin/sh\nexit 1\n".utf8)
    #expect(rename(other, program) == 0)
    try await eventually { try await Self.isPicture(node.get(Self.target(300))) }
    for child in node.children { kill(child.pid, SIGKILL) }
    #expect(try await Self.isPicture(node.get(Self.target(301))))
    #expect(try await node.process.end() == 0)
  }
}
