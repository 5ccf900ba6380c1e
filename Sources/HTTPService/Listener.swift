import Glibc
package import Hummingbird
package import HummingbirdCore
package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import ServiceLifecycle
package import Shared

/// One address that a server listens on.
package struct Listener<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  private let address: ListenAddress
  private let responder: Responder
  private let server: HTTPServerBuilder
  private let connections: Int
  private let logger: Logger
  private let onListening: @Sendable (SocketAddress) -> Void

  /// - Parameters:
  ///   - connections: how many it holds at a time; more wait. The connections' own keeper refuses before that.
  ///   - onListening: told the address, with the port that was found where any was wanted.
  package init(
    _ address: ListenAddress, responder: Responder, server: HTTPServerBuilder, connections: Int, logger: Logger,
    onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
  ) {
    self.address = address
    self.responder = responder
    self.server = server
    self.connections = connections
    self.logger = logger
    self.onListening = onListening
  }

  /// - Throws: ``StartError`` when the address cannot be had.
  package func run() async throws {
    if case .unix(let path) = address, UnixSocket.isServed(path) {
      throw StartError(message: "cannot listen on \(address): another process does")
    }
    var log = logger
    // Hummingbird's own lines tell nothing that ours do not.
    log.logLevel = max(logger.logLevel, .warning)
    let app = Application(
      responder: responder, server: server,
      configuration: .init(
        address: bindAddress, availableConnectionsDelegate: .maximum(connections, logger: log)),
      onServerRunning: { channel in
        guard let local = channel.localAddress else { return }
        logger.notice(
          "Listening", metadata: [LogKey.address: "\(local.ipAddress.map { _ in local.description } ?? "\(address)")"])
        onListening(local)
      }, logger: log)
    do {
      try await app.run()
    } catch let error as IOError {
      throw StartError(message: "cannot listen on \(address): \(String(cString: strerror(error.errnoCode)))")
    } catch let error as SocketAddressError {
      throw StartError(message: "cannot listen on \(address): \(error)")
    }
  }

  private var bindAddress: BindAddress {
    switch address {
    case .tcp(.any, let port): .hostname("::", port: port)
    case .tcp(.address(let ip), let port): .hostname(ip.description, port: port)
    case .tcp(.name(let name), let port): .hostname(name, port: port)
    case .unix(let path): .unixDomainSocket(path: path)
    }
  }
}

/// Which sockets serve the addresses asked for: `[::]` takes IPv4 too, so `0.0.0.0` on the same port is served by it.
package enum ListenerPlan {
  package static func plan(_ addresses: [ListenAddress]) -> [ListenAddress] {
    let everywhere = addresses.compactMap { address -> Int? in
      switch address {
      case .tcp(.any, let port) where port != 0: port
      case .tcp(.address(let ip), let port) where ip == IPAddress(v6: 0) && port != 0: port
      default: nil
      }
    }
    var seen: Set<ListenAddress> = []
    return addresses.filter { address in
      if case .tcp(.address(let ip), let port) = address, ip == IPAddress(v4: 0), everywhere.contains(port) { return false }
      if case .tcp(.address(let ip), let port) = address, ip == IPAddress(v6: 0), addresses.contains(.tcp(host: .any, port: port))
      {
        return false
      }
      return seen.insert(address).inserted
    }
  }
}

/// A responder that can be changed for another while requests run; those that have begun are answered by the old one.
package final class ReplaceableResponder<Context: RequestContext>: HTTPResponder {
  private let current: NIOLockedValueBox<RouterResponder<Context>>

  package init(_ responder: RouterResponder<Context>) { current = NIOLockedValueBox(responder) }

  package func replace(with responder: RouterResponder<Context>) { current.withLockedValue { $0 = responder } }

  package func respond(to request: Request, context: Context) async throws -> Response {
    try await current.withLockedValue { $0 }.respond(to: request, context: context)
  }
}

/// The file of a Unix socket.
enum UnixSocket {
  /// Whether somebody answers there. Listening removes the file, also from under somebody who does.
  static func isServed(_ path: String) -> Bool {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // A full queue (EAGAIN) is somebody's, too.
    return result == 0 || errno == EAGAIN
  }
}
