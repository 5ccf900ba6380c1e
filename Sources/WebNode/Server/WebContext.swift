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
    // The text of a link-local address names its interface (`fe80::1%eth0`), which no rule can.
    guard let text = socketAddress.ipAddress?.split(separator: "%").first else { return nil }
    self.init(String(text))
  }
}
