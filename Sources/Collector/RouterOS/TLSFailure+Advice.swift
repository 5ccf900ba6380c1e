import SecureTransport

extension TLSFailure {
  /// The reason code, as the contract defines it.
  var reason: ReasonCode {
    switch self {
    case .handshakeTimeout: .timeout
    case .closedInHandshake(received: 0, _): .refused
    case .notTLS, .closedInHandshake, .abandoned, .noSharedCipher, .noSharedVersion, .weakKeyExchange, .insecureRenegotiation,
      .nameUnknown, .refused, .violation, .expired, .notYetValid, .wrongName, .selfSigned, .unknownAuthority, .weakCertificate,
      .certificateRejected, .fingerprintChanged, .truncated, .notReading, .tooMuchQueued, .setup:
      .tls
    }
  }

  /// What to do about it at a RouterOS device or in the configuration, where that is known.
  var advice: String? {
    switch self {
    case .notTLS, .handshakeTimeout(_, received: 0): "is this the plain API port 8728? API-SSL is on 8729 by default"
    case .closedInHandshake(received: 0, _):
      "enable the service with \"/ip service enable api-ssl\", and check its address list; is this the plain API port 8728?"
    case .handshakeTimeout: "the device is overloaded, or something on the path drops packets"
    case .noSharedCipher(anonymous: false):
      "if the service api-ssl has no certificate, give it one with \"/ip service set api-ssl certificate=NAME\", "
        + "or set no_ssl_certificate = True, which encrypts without authentication"
    case .noSharedCipher(anonymous: true):
      "the service api-ssl has a certificate, it seems: set no_ssl_certificate = False"
    case .closedInHandshake: "check the certificate of the service api-ssl"
    case .noSharedVersion: "allow TLS 1.2 with \"/ip service set api-ssl tls-version=any\", or update RouterOS"
    case .weakKeyExchange, .insecureRenegotiation: "update RouterOS"
    case .expired: "renew the certificate on the device"
    case .notYetValid: "check the clocks of the device and of this host"
    case .wrongName:
      "connect by a name that the certificate has, make a new one with subject-alt-name, or set ssl_check_hostname = False"
    case .selfSigned, .unknownAuthority:
      "name the certificate or its authority with ssl_ca_file, or its fingerprint with ssl_fingerprint"
    case .weakCertificate: "make a new certificate with key-size=2048 or more, or name its fingerprint with ssl_fingerprint"
    case .certificateRejected: "make a new certificate with key-usage=tls-server, or name its fingerprint with ssl_fingerprint"
    case .fingerprintChanged:
      "compare with \"/certificate print detail\" on the device; only if it shows the new one, change ssl_fingerprint"
    case .nameUnknown, .refused, .violation, .abandoned, .truncated, .notReading, .tooMuchQueued, .setup: nil
    }
  }
}
