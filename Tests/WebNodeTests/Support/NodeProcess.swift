import Foundation
import TestSupport

/// A web node as a process of its own on a free port.
struct NodeProcess: Sendable {
  let process: ChildProcess
  let port: Int

  static func start(_ root: TemporaryDirectory, program: String? = nil) async throws -> NodeProcess {
    try await listening(
      ChildProcess(
        program ?? Products.path("tikwatch-web"), ["run", "--storage", root.path, "--listen", "127.0.0.1:0"], in: root))
  }

  /// A node that was started on `127.0.0.1:0`.
  static func listening(_ process: ChildProcess) async throws -> NodeProcess {
    var port: Int?
    try await process.wait(for: "its address") {
      port = process.standardError.components(separatedBy: "127.0.0.1:").dropFirst()
        .compactMap { Int($0.prefix { $0.isNumber }) }.first { $0 > 0 }
      return port != nil
    }
    return NodeProcess(process: process, port: port ?? 0)
  }

  func get(_ target: String) async throws -> HTTPReply { try await HTTPProbe.get(port, target, timeout: .seconds(60)) }

  /// Child processes by state letter: `Z` is one that nobody waited for.
  var children: [(pid: pid_t, state: String)] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/task")) ?? []
    return tasks.flatMap { task in
      let list = (try? String(contentsOfFile: "/proc/\(process.pid)/task/\(task)/children", encoding: .utf8)) ?? ""
      return list.split(separator: " ").compactMap { pid_t($0) }
    }.map { pid in
      let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
      return (pid, stat.components(separatedBy: ") ").last.map { String($0.prefix(1)) } ?? "")
    }
  }

  /// Open files without connections.
  var descriptors: Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd")) ?? []).count
  }

  /// Resident memory in megabytes.
  var memory: Int {
    let status = (try? String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return (line.split(separator: " ").dropFirst(0).compactMap { Int($0) }.first ?? 0) / 1024
  }
}
