package import HTTPTypes
import NIOCore
import Shared

/// What the handlers of one connection tell each other. Used on the connection's event loop only.
final class ConnectionState {
  /// Whom a PROXY header names; `nil`: there was none.
  var source: ProxyHeader.Source?
  /// The connection has no more to say that counts.
  var isRefused = false
  /// Why what came is no request; the answer that the server gives to it is made of this.
  var refusal: HTTPProblem?
  /// The first line of the present request has ended.
  var hasLine = false
  /// Told when a request has come in whole.
  var onRequestEnd: () -> Void = {}
  /// Among all connections.
  var place: ConnectionKeeper.Place?
  /// Requests without their answer.
  var requests = 0 {
    didSet { place?.note(isIdle: requests == 0) }
  }
}

/// How a PROXY header's source travels with a request: in a header field of its own, whose name nobody outside the process knows, and
/// which is removed from what clients send all the same.
package enum ProxyField {
  /// Begins with what a proxy would call it, to be recognised in a debugger.
  package static let name: HTTPField.Name? = {
    var random = SystemRandomNumberGenerator()
    return HTTPField.Name("Proxy-Source-" + String(random.next(), radix: 36) + String(random.next(), radix: 36))
  }()

  static func value(_ source: ProxyHeader.Source?) -> String? {
    switch source {
    case nil, .proxy: nil
    case .unknown: "unknown"
    case .address(let address): address.description
    }
  }
}
