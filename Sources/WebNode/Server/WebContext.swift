import HTTPService
import Hummingbird
import Logging
import NIOCore
import Shared

/// What travels with a request: where it comes from.
struct WebContext: PeerContext {
  var coreContext: CoreRequestContextStorage
  /// The other end of the connection; `nil` on a Unix socket.
  let peer: IPAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress.flatMap(IPAddress.init(socketAddress:))
  }
}
