internal import Shared

/// Why a TLS connection did not come about, or broke. Each cause is its own case, with a stable ``code`` and a text for people.
package enum TLSFailure: Error, Sendable, Hashable {
  // There was no handshake.
  /// The peer speaks something else; its first bytes.
  case notTLS([UInt8])
  /// `received`: how many bytes came.
  case handshakeTimeout(Duration, received: Int)
  /// The peer ended the connection; `detail` is the system's error if it broke.
  case closedInHandshake(received: Int, detail: String?)
  /// It was our side that gave up.
  case abandoned
  // The handshake came to no agreement.
  /// `anonymous`: whether we offered ciphers without certificate, or only those with one.
  case noSharedCipher(anonymous: Bool)
  case noSharedVersion
  case weakKeyExchange
  /// The peer lacks RFC 5746.
  case insecureRenegotiation
  /// The peer knows no service of that name (SNI).
  case nameUnknown(String)
  /// Any other alert, in its words.
  case refused(alert: String)
  /// The bytes are no correct TLS, or were tampered with; in OpenSSL's words.
  case violation(String)
  // The certificate is not acceptable.
  /// Times are epoch seconds.
  case expired(subject: String, since: Int)
  case notYetValid(subject: String, before: Int)
  case wrongName(expected: String, certificate: String)
  case selfSigned(subject: String)
  case unknownAuthority(issuer: String)
  case weakCertificate(String)
  case certificateRejected(String)
  case fingerprintChanged(expected: TLSFingerprint, seen: TLSFingerprint)
  // After the handshake.
  /// TCP ended without TLS having been ended: what came may not be all that was sent.
  case truncated
  /// The peer makes us answer and reads none of it.
  case notReading
  /// More bytes were written before the end of the handshake than are kept.
  case tooMuchQueued(limit: Int)
  /// The name cannot be used, or OpenSSL is out of memory.
  case setup(String)
}

extension TLSFailure {
  /// Stable, for logs and machines.
  package var code: String {
    switch self {
    case .notTLS: "no-tls"
    case .handshakeTimeout: "handshake-timeout"
    case .closedInHandshake: "closed-in-handshake"
    case .abandoned: "abandoned"
    case .noSharedCipher: "no-shared-cipher"
    case .noSharedVersion: "no-shared-version"
    case .weakKeyExchange: "weak-key-exchange"
    case .insecureRenegotiation: "insecure-renegotiation"
    case .nameUnknown: "name-unknown"
    case .refused: "refused"
    case .violation: "violation"
    case .expired: "certificate-expired"
    case .notYetValid: "certificate-not-yet-valid"
    case .wrongName: "certificate-wrong-name"
    case .selfSigned: "certificate-self-signed"
    case .unknownAuthority: "certificate-unknown-authority"
    case .weakCertificate: "certificate-weak"
    case .certificateRejected: "certificate-rejected"
    case .fingerprintChanged: "fingerprint-changed"
    case .truncated: "truncated"
    case .notReading: "not-reading"
    case .tooMuchQueued: "too-much-queued"
    case .setup: "setup"
    }
  }
}

extension TLSFailure: CustomStringConvertible {
  /// What happened, in one line that is safe to show.
  package var description: String {
    switch self {
    case .notTLS(let bytes): "no TLS on that port (it sent \(Self.quoted(bytes)))"
    case .handshakeTimeout(let limit, 0): "no answer to the TLS handshake within \(limit)"
    case .handshakeTimeout(let limit, _): "the TLS handshake was not finished within \(limit)"
    case .closedInHandshake(0, let detail): "the connection was closed at the start of the TLS handshake" + Self.suffix(detail)
    case .closedInHandshake(_, let detail): "the connection was closed during the TLS handshake" + Self.suffix(detail)
    case .abandoned: "the TLS handshake was given up by this side"
    case .noSharedCipher(anonymous: false): "no cipher in common: the other side accepts none that uses a certificate"
    case .noSharedCipher(anonymous: true): "no cipher in common: the other side accepts none without a certificate"
    case .noSharedVersion: "no TLS version in common (1.2 and 1.3 are supported, 1.2 without a certificate)"
    case .weakKeyExchange: "the key exchange that the other side offers is too weak"
    case .insecureRenegotiation: "the other side lacks secure renegotiation (RFC 5746)"
    case .nameUnknown(let name): "the other side does not know itself as \"\(name)\""
    case .refused(let alert): "the other side refused: \(alert)"
    case .violation(let text): "broken TLS: \(text)"
    case .expired(let subject, let since): "the certificate of \(subject) has expired at \(Self.time(since))"
    case .notYetValid(let subject, let before): "the certificate of \(subject) is not valid before \(Self.time(before))"
    case .wrongName(let expected, let certificate): "the certificate is for \(certificate), not for \"\(expected)\""
    case .selfSigned(let subject): "the certificate of \(subject) is signed by nobody but itself"
    case .unknownAuthority(let issuer): "the certificate's issuer is not known: \(issuer)"
    case .weakCertificate(let text): "the certificate is too weak: \(text)"
    case .certificateRejected(let text): "the certificate is not acceptable: \(text)"
    case .fingerprintChanged(let expected, let seen):
      "THE CERTIFICATE HAS CHANGED: expected \(expected), seen \(seen); either it was renewed or somebody is in between"
    case .truncated: "the connection ended without the end of TLS: what came may be incomplete"
    case .notReading: "the other side makes requests and does not read the answers"
    case .tooMuchQueued(let limit): "more than \(limit) bytes were to be sent before the end of the TLS handshake"
    case .setup(let text): "TLS could not be set up: \(text)"
    }
  }

  private static func time(_ epoch: Int) -> String { UTCTime.rfc3339(Double(epoch)) }

  private static func suffix(_ detail: String?) -> String { detail.map { " (\($0))" } ?? "" }

  /// A stranger's bytes: printable ASCII as it is, the rest as hexadecimal.
  private static func quoted(_ bytes: [UInt8]) -> String {
    let shown = bytes.prefix(32).map { byte in
      (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\"" + shown.joined() + "\""
  }
}
