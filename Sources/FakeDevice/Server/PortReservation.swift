internal import Glibc

/// Why a server cannot listen.
struct ListenError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ address: String, _ port: Int, _ reason: String) {
    description = "could not listen on \(ListenError.text(address, port)): \(reason)"
  }

  /// `127.0.0.1:8728`, `[::1]:8728`.
  static func text(_ address: String, _ port: Int) -> String {
    address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}

/// A port that is bound and not listened on: connections to it are refused, and nobody else gets it meanwhile.
final class PortReservation: Sendable {
  let port: Int
  private let descriptor: Int32

  /// - Parameters:
  ///   - address: IPv4 or IPv6 literal.
  ///   - port: 0 for any free port.
  init(address: String, port: Int) throws(ListenError) {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(address, String(port), &hints, &list)
    guard result == 0, let info = list else { throw ListenError(address, port, String(cString: gai_strerror(result))) }
    defer { freeaddrinfo(list) }
    let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { throw ListenError(address, port, String(cString: strerror(errno))) }
    var yes: Int32 = 1
    // Lets the real listener take the same port while this one does not listen.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw ListenError(address, port, reason)
    }
    var storage = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let named = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard named == 0 else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw ListenError(address, port, reason)
    }
    // The port stands at the same place in both kinds of address.
    self.port = Int(UInt16(bigEndian: storage.sin6_port))
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
