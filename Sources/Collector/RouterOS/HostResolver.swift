import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Resolves host names for new connections, each name on a thread of its own while it is being resolved.
///
/// `getaddrinfo` can block for half a minute. NIO's own resolver queues all lookups of an event loop behind each other, so one dead name
/// would delay every device on it; here a name delays only itself, and is never looked up twice at a time. Addresses need no lookup.
final class HostResolver: Sendable {
  typealias Lookup = @Sendable (_ host: String, _ port: Int) -> Result<[SocketAddress], any Error>

  private typealias Waiter = @Sendable (Result<[SocketAddress], any Error>) -> Void

  private let lookup: Lookup
  private let waiting = Mutex<[DeviceEndpoint: [Waiter]]>([:])

  init(lookup: @escaping Lookup = HostResolver.systemLookup) {
    self.lookup = lookup
  }

  /// The addresses of `endpoint`, in the order in which to try them.
  func resolve(_ endpoint: DeviceEndpoint, on eventLoop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
    if let address = try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port) {
      return eventLoop.makeSucceededFuture([address])  // not an error otherwise: it is a name
    }
    let promise = eventLoop.makePromise(of: [SocketAddress].self)
    let isFirst = waiting.withLock { waiting in
      waiting[endpoint, default: []].append { promise.completeWith($0) }
      return waiting[endpoint]?.count == 1
    }
    if isFirst {
      // Unstructured on purpose: a blocking call that nothing can end belongs to no task. It ends when the system's resolver gives up.
      Thread.detachNewThread { [self] in
        let result = lookup(endpoint.host, endpoint.port)
        let waiters = waiting.withLock { $0.removeValue(forKey: endpoint) ?? [] }
        for waiter in waiters { waiter(result) }
      }
    }
    return promise.futureResult
  }

  /// `getaddrinfo` for TCP. Blocks.
  static let systemLookup: Lookup = { host, port in
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &list)
    guard status == 0 else { return .failure(NameResolutionError(detail: String(cString: gai_strerror(status)))) }
    defer { freeaddrinfo(list) }
    return .success(addresses(list, host: host))
  }

  private static func addresses(_ list: UnsafeMutablePointer<addrinfo>?, host: String) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      guard let raw = UnsafeRawPointer(entry.ai_addr) else { continue }
      // getaddrinfo promises storage of the family's type; loads are unaligned to rely on nothing more.
      switch entry.ai_family {
      case AF_INET: addresses.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in.self), host: host))
      case AF_INET6: addresses.append(SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self), host: host))
      default: continue
      }
    }
    return addresses
  }
}

/// The system's resolver has no address for a name.
struct NameResolutionError: Error, CustomStringConvertible {
  /// In the words of `gai_strerror`.
  var detail: String

  var description: String { detail }
}
