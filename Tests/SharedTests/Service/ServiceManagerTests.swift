import Foundation
import Shared
import TestSupport
import Testing

@Suite struct ServiceManagerTests {
  /// A datagram socket as the service manager has it.
  private final class Listener {
    let descriptor: Int32

    init(_ name: String) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { buffer in
        buffer.copyBytes(from: Array(name.utf8))
        if name.hasPrefix("@") { buffer[0] = 0 }
      }
      let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count + (name.hasPrefix("@") ? 0 : 1))
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// What has arrived; on this machine a datagram is there when sending returns.
    func next() -> String? {
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }

  @Test(arguments: [false, true]) func messagesArrive(_ isAbstract: Bool) throws {
    let folder = try TemporaryDirectory()
    let name = isAbstract ? "@tikwatch-test-" + UUID().uuidString : folder.file("n")
    let listener = try Listener(name)
    let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": name], pid: 7))
    #expect(manager.watchdog == nil)
    manager.ready()
    manager.alive()
    manager.stopping()
    #expect(
      [listener.next(), listener.next(), listener.next(), listener.next()] == ["READY=1", "WATCHDOG=1", "STOPPING=1", nil])
  }

  @Test(arguments: [
    [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)],
  ])
  func withoutASocketThereIsNoManager(_ environment: [String: String]) {
    #expect(ServiceManager(environment: environment, pid: 7) == nil)
  }

  @Test(arguments: [
    (["WATCHDOG_USEC": "30000000"], 30.0), (["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "7"], 0.5),
    (["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "8"], nil), (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "often"], nil),
  ]) func theWatchdogIsThisProcesssOwn(_ environment: [String: String], _ seconds: Double?) {
    let manager = ServiceManager(environment: environment.merging(["NOTIFY_SOCKET": "/run/none"]) { $1 }, pid: 7)
    #expect(manager?.watchdog == seconds)
    // Nobody is there to hear it, which troubles nobody.
    manager?.ready()
  }
}
