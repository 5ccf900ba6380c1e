import Glibc
package import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle
package import Shared

/// One address that a server listens on.
package struct Listener<Context: RequestContext>: Service where Context.Source == ApplicationRequestContextSource {
  private let address: ListenAddress
  private let responder: RouterResponder<Context>
  private let server: HTTPServerBuilder
  private let connections: Int
  private let logger: Logger
  private let onListening: @Sendable (SocketAddress) -> Void

  /// - Parameters:
  ///   - connections: how many it holds at a time; more wait.
  ///   - onListening: told the address, with the port that was found where any was wanted.
  package init(
    _ address: ListenAddress, responder: RouterResponder<Context>, server: HTTPServerBuilder, connections: Int, logger: Logger,
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
