import NIOCore

/// What lies between the protocol and TCP.
enum TransportSecurity: Sendable, Equatable {
  case plain

  /// Adds the handlers of this kind of transport at the front of a connected channel, before any byte is read. Called on its event loop.
  func configure(_ channel: any Channel) throws {
    switch self {
    case .plain: break
    }
  }
}
