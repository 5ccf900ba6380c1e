/// A mistake in settings or files, found before any connection: the configuration has to change.
package enum TLSContextError: Error, Sendable, Hashable {
  /// A file with certificates or a key cannot be read; the text names it and says why.
  case unreadable(String)
  /// A file can be read but does not hold what it should.
  case malformed(path: String, expected: String, detail: String)
  /// The key is not that of the certificate.
  case keyMismatch(certificate: String, key: String)
  /// This host has no list of certificate authorities.
  case noSystemAuthorities
  /// Not a fingerprint.
  case badFingerprint(String)
  /// A fingerprint was given for a service that has no certificate.
  case fingerprintWithoutCertificate
  /// OpenSSL on this host refuses what every OpenSSL has.
  case refused(String)
}

extension TLSContextError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let text): text
    case .malformed(let path, let expected, let detail): "\(path) holds no \(expected): \(detail)"
    case .keyMismatch(let certificate, let key): "the key in \(key) is not that of the certificate in \(certificate)"
    case .noSystemAuthorities:
      "this host has no list of certificate authorities: install ca-certificates, or name a file with ssl_ca_file"
    case .badFingerprint(let text):
      "ssl_fingerprint \"\(text)\" is no SHA-256 fingerprint: 64 hexadecimal digits, with or without colons, sha256: before them or not"
    case .fingerprintWithoutCertificate: "ssl_fingerprint needs a certificate, and no_ssl_certificate says there is none"
    case .refused(let text): "OpenSSL refused: \(text)"
    }
  }
}
