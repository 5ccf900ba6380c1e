import Foundation

/// A loopback port whose backlog is full: the kernel drops further handshakes, so connecting to it takes for ever.
package final class SaturatedListener: Sendable {
  private let sockets: [Int32]
  package let port: Int

  package init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw POSIXError(.EMFILE) }
    var sockets = [listener]
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(listener, generic, size) == 0, listen(listener, 0) == 0, getsockname(listener, generic, &size) == 0 else {
          throw POSIXError(.EADDRNOTAVAIL)
        }
        for _ in 0..<8 {
          let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
          guard filler >= 0 else { throw POSIXError(.EMFILE) }
          sockets.append(filler)
          _ = connect(filler, generic, size)  // in progress, or queued: either fills the backlog
        }
      }
    }
    self.sockets = sockets
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit {
    for socket in sockets { close(socket) }
  }
}
