/// What a client demands of the peer it connects to.
package enum TLSPolicy: Sendable, Hashable {
  /// Any certificate will do: nobody can listen, but an attacker on the path can pretend to be the device.
  case encryptOnly
  /// The certificate must be valid and signed by an authority in `caFile` (PEM), or by one that the system trusts.
  /// With `checkName` it must also be made out to the host name or address that is connected to.
  case verified(caFile: String?, checkName: Bool)
  /// The certificate must be this one, whatever else it says.
  case pinned(TLSFingerprint)
  /// No certificate at all: anonymous Diffie-Hellman, which TLS 1.3 no longer has. As open to an attacker on the path as ``encryptOnly``.
  case anonymous

  /// Whether an attacker on the path is kept out. Without the name check any holder of a certificate passes: that is everybody where the
  /// system's authorities are trusted, and only devices of one's own where `caFile` names a private one.
  package var isAuthenticated: Bool {
    switch self {
    case .encryptOnly, .anonymous: false
    case .verified(let caFile, let checkName): checkName || caFile != nil
    case .pinned: true
    }
  }
}

extension TLSPolicy: CustomStringConvertible {
  package var description: String {
    switch self {
    case .encryptOnly: "any certificate"
    case .verified(_, checkName: true): "verified"
    case .verified(_, checkName: false): "verified without name"
    case .pinned: "pinned"
    case .anonymous: "anonymous"
    }
  }
}
