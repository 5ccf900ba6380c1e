internal import Foundation

/// A service manager's end of `NOTIFY_SOCKET`.
package final class NotifySocket: @unchecked Sendable {  // the descriptor never changes; messages are read by one test
  package let path: String
  private let folder: TemporaryDirectory
  private let descriptor: Int32
  private var heard: [String] = []

  package init() throws {
    folder = try TemporaryDirectory()
    path = folder.file("notify")
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard result == 0 else { throw POSIXError(.EIO) }
  }

  deinit { close(descriptor) }

  /// All that came so far.
  package var messages: [String] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
      heard.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    return heard
  }
}
