import Hummingbird
import Logging
import NIOCore
import Shared

/// What travels with a request: where it comes from.
struct WebContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The other end of the connection; `nil` on a Unix socket.
  let peer: IPAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress.flatMap(IPAddress.init(socketAddress:))
  }
}

extension IPAddress {
  /// `nil` for a Unix socket.
  init?(socketAddress: SocketAddress) {
    switch socketAddress {
    case .v4(let address):
      self.init(v4: UInt32(bigEndian: address.address.sin_addr.s_addr))
    case .v6(let address):
      var ip = address.address.sin6_addr
      self.init(bytes: withUnsafeBytes(of: &ip) { Array($0) })
    case .unixDomainSocket: return nil
    }
  }
}
