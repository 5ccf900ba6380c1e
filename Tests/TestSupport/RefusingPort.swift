internal import Glibc

/// A loopback port at which nobody listens, and nobody else can meanwhile: a port that was merely given back may be another test's a
/// moment later, which then has a caller that it does not know.
package enum RefusingPort {
  package struct Failure: Error { package var code: Int32 }

  package static func with<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (_ port: Int) async throws -> Value
  ) async throws -> Value {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Bound and not listening: the kernel refuses whoever comes.
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else { throw Failure(code: errno) }
    return try await body(Int(UInt16(bigEndian: address.sin_port)))
  }
}
