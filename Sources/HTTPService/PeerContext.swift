package import Hummingbird
package import NIOCore
package import Shared

/// A request's context that knows where the request comes from.
package protocol PeerContext: RequestContext {
  /// The other end of the connection; `nil` on a Unix socket.
  var peer: IPAddress? { get }
}

extension IPAddress {
  /// `nil` for a Unix socket.
  package init?(socketAddress: SocketAddress) {
    // The text of a link-local address names its interface (`fe80::1%eth0`), which no rule can.
    guard let text = socketAddress.ipAddress?.split(separator: "%").first else { return nil }
    self.init(String(text))
  }
}
