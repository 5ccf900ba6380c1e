internal import COpenSSL

/// What all connections of one TLS service share.
package final class TLSServerContext: Sendable {
  let context: TLSContext

  /// A service with a certificate.
  ///
  /// Blocking: reads files.
  /// - Parameters:
  ///   - certificateFile: PEM; the service's own certificate first, then those of the authorities between it and the root.
  ///   - keyFile: PEM, without pass phrase.
  ///   - tls13: whether TLS 1.3 is offered beside 1.2.
  package init(certificateFile: String, keyFile: String, tls13: Bool = true) throws(TLSContextError) {
    let context = try TLSContext(.server, anonymous: false, securityLevel: 1, tls13: tls13)
    try PEMFile.withCertificates(certificateFile) { certificates throws(TLSContextError) in
      OpenSSLErrors.clear()
      guard SSL_CTX_use_certificate(context.pointer, certificates[0]) == 1 else { throw .refused(OpenSSLErrors.take().text) }
      for authority in certificates.dropFirst() {
        guard tikwatch_SSL_CTX_add1_chain_cert(context.pointer, authority) == 1 else { throw .refused(OpenSSLErrors.take().text) }
      }
    }
    try PEMFile.withKey(keyFile) { key throws(TLSContextError) in
      OpenSSLErrors.clear()
      guard SSL_CTX_use_PrivateKey(context.pointer, key) == 1, SSL_CTX_check_private_key(context.pointer) == 1 else {
        OpenSSLErrors.clear()
        throw .keyMismatch(certificate: certificateFile, key: keyFile)
      }
    }
    self.context = try Self.finished(context)
  }

  /// A service without certificate, as RouterOS offers it: anonymous Diffie-Hellman over TLS 1.2.
  package static func anonymous() throws(TLSContextError) -> TLSServerContext {
    TLSServerContext(try finished(TLSContext(.server, anonymous: true, securityLevel: 0)))
  }

  init(_ context: TLSContext) {
    self.context = context
  }

  static func finished(_ context: TLSContext) throws(TLSContextError) -> TLSContext {
    OpenSSLErrors.clear()
    guard tikwatch_SSL_CTX_set_dh_auto(context.pointer) == 1, SSL_CTX_set_num_tickets(context.pointer, 0) == 1 else {
      throw .refused(OpenSSLErrors.take().text)
    }
    return context
  }
}
