internal import COpenSSL

extension TLSFailure {
  /// Sorts OpenSSL's errors into ours; what has no case of its own keeps OpenSSL's words.
  init(_ errors: OpenSSLErrors, session: TLSSession) {
    let anonymous = session.context.isAnonymous
    if let alert = errors.alert {
      switch Int32(alert) {
      case SSL_AD_HANDSHAKE_FAILURE, SSL_AD_INSUFFICIENT_SECURITY: self = .noSharedCipher(anonymous: anonymous)
      case SSL_AD_PROTOCOL_VERSION: self = .noSharedVersion
      case SSL_AD_UNRECOGNIZED_NAME: self = .nameUnknown(session.host)
      default: self = .refused(alert: SSL_alert_desc_string_long(Int32(alert)).map { String(cString: $0) } ?? "alert \(alert)")
      }
    } else if errors.contains(SSL_R_NO_SHARED_CIPHER) || errors.contains(SSL_R_NO_CIPHERS_AVAILABLE) {
      self = .noSharedCipher(anonymous: anonymous)
    } else if errors.contains(SSL_R_UNSUPPORTED_PROTOCOL) || errors.contains(SSL_R_NO_PROTOCOLS_AVAILABLE)
      || errors.contains(SSL_R_VERSION_TOO_LOW)
    {
      self = .noSharedVersion
    } else if errors.contains(SSL_R_DH_KEY_TOO_SMALL) {
      self = .weakKeyExchange
    } else if errors.contains(SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED) {
      self = .insecureRenegotiation
    } else {
      self = .violation(errors.text)
    }
  }
}
