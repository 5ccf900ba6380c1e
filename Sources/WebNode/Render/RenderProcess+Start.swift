import CProcess
import Foundation
import Glibc

extension RenderProcess {
  /// The file that this process runs, even where another has taken its place on the disk since.
  static let ownProgram = "/proc/self/exe"

  /// Starts a drawing process. It shares nothing with this one but standard error and the pair of sockets: every other descriptor is
  /// closed, signals are as at first, and what a service manager hands to the node stays with the node.
  static func start(_ program: String, memory: Int, processor: Int) throws(Failure) -> RenderProcess {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw .start("no pair of sockets: \(String(cString: strerror(errno)))")
    }
    defer { close(pair[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // A process group of its own: Ctrl-C and Ctrl-Z at a terminal are for the node.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    let words = [
      "tikwatch-web", RenderWorkerCommand.name, "--parent", String(getpid()), "--memory", String(memory), "--processor",
      String(processor),
    ]
    var pid = pid_t()
    let code = withStrings(words) { arguments in
      withStrings(environment(ProcessInfo.processInfo.environment)) { environment in
        posix_spawn(&pid, program, &actions, &attributes, arguments, environment)
      }
    }
    guard code == 0 else {
      close(pair[0])
      throw .start("\(program): \(String(cString: strerror(code)))")
    }
    return RenderProcess(pid: pid, socket: pair[0])
  }

  /// The node's environment without what belongs to the node alone. A crash ends the process without a report of its own: that would
  /// take seconds in which a reader waits.
  static func environment(_ own: [String: String]) -> [String] {
    let withheld = [
      "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "CREDENTIALS_DIRECTORY",
    ]
    var environment = own.filter { !withheld.contains($0.key) }
    environment["SWIFT_BACKTRACE"] = "enable=no"
    return environment.map { "\($0.key)=\($0.value)" }
  }

  /// `body` with a NULL-terminated array of C strings, which live as long.
  private static func withStrings<Value>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // Never empty: the end is in it.
      body(buffer.baseAddress!)
    }
  }
}
