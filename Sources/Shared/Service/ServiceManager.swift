internal import Glibc

/// The service manager that started this process, if it wants to hear from it: `sd_notify(3)`'s protocol, one datagram per message.
///
/// Nothing here waits, and nobody is troubled when a message does not arrive: a manager that misses one acts by its own time limits.
package struct ServiceManager: Sendable {
  /// Path of the socket; a leading `@` stands for the zero byte of an abstract one.
  private let socket: String
  /// How often a sign of life is wanted, seconds; `nil`: not at all.
  package let watchdog: Double?

  /// `nil` when nobody listens: `NOTIFY_SOCKET` is not set, or is none of this machine's sockets.
  package init?(environment: [String: String], pid: Int) {
    guard let socket = environment["NOTIFY_SOCKET"], socket.hasPrefix("/") || socket.hasPrefix("@"),
      socket.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !socket.utf8.contains(0)
    else { return nil }
    self.socket = socket
    let isOurs = environment["WATCHDOG_PID"].map { $0 == String(pid) } ?? true
    watchdog = environment["WATCHDOG_USEC"].flatMap { Double($0) }.flatMap { isOurs && $0 > 0 ? $0 / 1e6 : nil }
  }

  /// Work has begun.
  package func ready() { send("READY=1") }
  /// The process is alive.
  package func alive() { send("WATCHDOG=1") }
  /// The process was told to stop, and does.
  package func stopping() { send("STOPPING=1") }
  /// The configuration is being read again; ``ready()`` follows when that is done.
  package func reloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)")
  }

  /// Says that work has begun, gives signs of life until the task is cancelled, then says that it stops. They come from the pool that
  /// everything else runs on: a process whose tasks are stuck is restarted.
  package func attend() async {
    ready()
    // Twice as often as is asked for, as sd_watchdog_enabled(3) advises; without a watchdog there is nothing to do but to be there.
    let period = Duration.seconds(watchdog.map { $0 / 2 } ?? 3600)
    while !Task.isCancelled {
      if watchdog != nil { alive() }
      // Cancelled means stopping, which the loop sees.
      try? await Task.sleep(for: period)
    }
    stopping()
  }

  private func send(_ message: String) {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socket.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { buffer in
      buffer.copyBytes(from: path)
      if path.first == UInt8(ascii: "@") { buffer[0] = 0 }
    }
    // An abstract name is as long as the address says; zero bytes after it would belong to it.
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count + (path.first == UInt8(ascii: "@") ? 0 : 1))
    let bytes = Array(message.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}
