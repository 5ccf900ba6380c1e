/// What a handshake came to.
package struct TLSSessionDetails: Sendable, Hashable {
  /// `TLSv1.2` or `TLSv1.3`.
  package var version: String
  /// OpenSSL's name, e.g. `TLS_AES_256_GCM_SHA384`.
  package var cipher: String
  /// What was demanded of the peer, and so met; `nil` at a server, which demands nothing.
  package var policy: TLSPolicy?
  /// The peer's; `nil` in an anonymous session and at a server.
  package var certificate: TLSCertificate?

  /// Whether an attacker on the path can be excluded.
  package var isAuthenticated: Bool { policy?.isAuthenticated ?? false }
}
