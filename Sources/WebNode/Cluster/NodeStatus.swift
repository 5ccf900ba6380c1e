import Glibc
import Shared

/// What a web node knows of itself.
struct NodeStatus: Sendable {
  var host: String?
  var pid: Int
  var started: Double
  /// Bytes in RAM; `nil`: the system does not tell.
  var memory: Double?
  var streams: Int
  var responses: UInt64
  var renders: UInt64
  /// Files that requests could not read and that are still broken.
  var brokenFiles: Int

  init(_ services: WebServices) {
    host = Self.line("/proc/sys/kernel/hostname")
    pid = Int(getpid())
    started = services.started
    memory = Self.line("/proc/self/statm").flatMap { text in
      let words = text.split(separator: " ")
      return words.count > 1 ? Double(words[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
    streams = services.streams.open
    responses = services.counters.responses.values.reduce(0, &+)
    renders = services.counters.renders.done
    brokenFiles = services.fleet.problems.counts.open
  }

  /// A line that the kernel makes up: nothing here waits for a disk.
  private static func line(_ path: String) -> String? {
    guard let bytes = try? BoundedFile.read(path, limit: 4096) else { return nil }
    return bytes.split(separator: UInt8(ascii: "\n")).first.flatMap { String(validating: $0, as: UTF8.self) }
  }
}
