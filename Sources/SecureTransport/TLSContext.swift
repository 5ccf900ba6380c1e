internal import COpenSSL

/// An `SSL_CTX`: settings that many sessions share. Internal: pointers stay in this module.
///
/// Unchecked: OpenSSL counts its references atomically and locks its certificate store; nothing here changes it after `init`.
final class TLSContext: @unchecked Sendable {
  enum Role: Sendable {
    case client, server
  }

  /// Whether only ciphers without certificate are offered.
  let isAnonymous: Bool
  let pointer: OpaquePointer

  /// - Parameters:
  ///   - anonymous: only ciphers without certificate; TLS 1.2, since 1.3 has none.
  ///   - securityLevel: OpenSSL's (2: 112 bits, RSA 2048; 1: 80 bits, RSA 1024, which old devices need; 0: anonymous ciphers too).
  init(_ role: Role, anonymous: Bool, securityLevel: Int32, tls13: Bool = true) throws(TLSContextError) {
    OpenSSLErrors.clear()
    guard let pointer = SSL_CTX_new(role == .client ? TLS_client_method() : TLS_server_method()) else {
      throw .refused(OpenSSLErrors.take().text)
    }
    isAnonymous = anonymous
    self.pointer = pointer
    // Set explicitly, so that the system's openssl.cnf neither loosens nor tightens it.
    SSL_CTX_set_security_level(pointer, anonymous ? 0 : securityLevel)
    // The short list AECDH contains a cipher that does not encrypt, hence !eNULL.
    let ciphers = anonymous ? "ADH:AECDH:!eNULL:@SECLEVEL=0" : "DEFAULT:!aNULL:!eNULL:!MD5:!RC4:!3DES"
    guard
      tikwatch_SSL_CTX_set_min_proto_version(pointer, TLS1_2_VERSION) == 1,
      tikwatch_SSL_CTX_set_max_proto_version(pointer, anonymous || !tls13 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1,
      SSL_CTX_set_cipher_list(pointer, ciphers) == 1
    else { throw .refused(OpenSSLErrors.take().text) }
    SSL_CTX_set_options(
      pointer, tikwatch_SSL_OP_NO_RENEGOTIATION | tikwatch_SSL_OP_NO_COMPRESSION | tikwatch_SSL_OP_NO_TICKET)
    // No resumption: every session proves itself with the certificate, and nothing is kept of it.
    tikwatch_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
    // Idle sessions give their 32 KB of buffers back.
    tikwatch_SSL_CTX_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
  }

  deinit {
    SSL_CTX_free(pointer)
  }
}
