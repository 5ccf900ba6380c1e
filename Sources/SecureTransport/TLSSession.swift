internal import COpenSSL
internal import NIOCore

/// One `SSL` between two buffers in memory: bytes in, bytes out, no sockets and no time. Belongs to one thread at a time.
final class TLSSession {
  enum Handshake {
    case done(TLSSessionDetails)
    case needsInput
    case failed(TLSFailure)
  }

  enum Reading {
    case some
    case needsInput
    /// The peer has ended its side of the session in good order.
    case ended
    case failed(TLSFailure)
  }

  /// Plain text of one record at most (RFC 8446 §5.1).
  static let recordBytes = 16384

  let context: TLSContext
  let policy: TLSPolicy?
  /// What the peer must be called; empty at a server.
  let host: String
  let ssl: OpaquePointer
  private let input: OpaquePointer
  private let output: OpaquePointer
  private var isBroken = false
  private var isShutDown = false
  /// Noted while OpenSSL asks us to judge the certificate, in the middle of the handshake.
  var certificate: TLSCertificate?
  var certificateFailure: TLSFailure?

  /// The client's end. `host` is the name or address that was connected to, as it was written, not a resolved one.
  convenience init(_ client: TLSClientContext, host: String) throws(TLSFailure) {
    try self.init(client.context, policy: client.policy, host: host)
    try setPeerName(host)
    SSL_set_connect_state(ssl)
  }

  convenience init(_ server: TLSServerContext) throws(TLSFailure) {
    try self.init(server.context, policy: nil, host: "")
    SSL_set_accept_state(ssl)
  }

  private init(_ context: TLSContext, policy: TLSPolicy?, host: String) throws(TLSFailure) {
    OpenSSLErrors.clear()
    guard let ssl = SSL_new(context.pointer), let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
      throw .setup(OpenSSLErrors.take().text)
    }
    SSL_set_bio(ssl, input, output)  // which now owns both
    self.context = context
    self.policy = policy
    self.host = host
    self.ssl = ssl
    self.input = input
    self.output = output
    tikwatch_SSL_set_app_data(ssl, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    SSL_free(ssl)
  }

  // MARK: Cipher text

  /// Takes what arrived from the peer.
  func receive(_ bytes: ByteBuffer) {
    bytes.withUnsafeReadableBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 20))
        // A buffer in memory takes everything, or the process is out of memory.
        let count = BIO_write(input, chunk.baseAddress, Int32(chunk.count))
        precondition(count == chunk.count, "out of memory")
        rest = rest.dropFirst(Int(count))
      }
    }
  }

  /// Bytes that wait to be sent to the peer.
  var outputBytes: Int { BIO_ctrl_pending(output) }

  /// Takes what waits to be sent.
  func takeOutput(_ allocator: ByteBufferAllocator) -> ByteBuffer {
    let count = outputBytes
    var buffer = allocator.buffer(capacity: count)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
      Int(max(0, BIO_read(output, space.baseAddress, Int32(clamping: min(space.count, count)))))
    }
    return buffer
  }

  /// Bytes that arrived and have not been looked at yet.
  var hasInput: Bool { BIO_ctrl_pending(input) > 0 || SSL_has_pending(ssl) == 1 }

  // MARK: Handshake

  func advanceHandshake() -> Handshake {
    OpenSSLErrors.clear()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return finishHandshake() }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
    default: return .failed(failure())
    }
  }

  private func finishHandshake() -> Handshake {
    guard let cipher = SSL_get_current_cipher(ssl) else { return .failed(broken(.violation("no cipher"))) }
    let isAnonymous = SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null
    if let policy, isAnonymous != (policy == .anonymous) || isAnonymous != (certificate == nil) {
      // Cannot be, by the list of ciphers. It would cost the password if it were.
      return .failed(broken(.violation("a session without the certificate that was demanded")))
    }
    return .done(
      TLSSessionDetails(
        version: String(cString: SSL_get_version(ssl)), cipher: String(cString: SSL_CIPHER_get_name(cipher)), policy: policy,
        certificate: certificate))
  }

  // MARK: Plain text

  /// Decrypts what is there into `buffer`, one record at most.
  func read(into buffer: inout ByteBuffer) -> Reading {
    if isBroken { return .needsInput }
    OpenSSLErrors.clear()
    var result: Int32 = 0
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.recordBytes) { space in
      result = SSL_read(ssl, space.baseAddress, Int32(clamping: space.count))
      return Int(max(0, result))
    }
    if result > 0 { return .some }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .needsInput
    case SSL_ERROR_ZERO_RETURN: return .ended
    default: return .failed(failure())
    }
  }

  /// Encrypts all of `bytes`, which are not empty and at most 1 GiB.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) {
    OpenSSLErrors.clear()
    let result = SSL_write(ssl, bytes.baseAddress, Int32(bytes.count))
    // Into memory nothing is written in part; a handshake that would have to come first is one that is refused.
    guard result == bytes.count else { throw failure() }
  }

  /// Writes the end of our side, once, if there is still somebody to tell.
  func shutDown() {
    guard !isBroken, !isShutDown, SSL_is_init_finished(ssl) == 1 else { return }
    isShutDown = true
    OpenSSLErrors.clear()
    // 0: sent, the peer's end not seen yet. A failure leaves nothing to do: the connection ends all the same.
    if SSL_shutdown(ssl) < 0 { OpenSSLErrors.clear() }
  }

  // MARK: Failure

  /// What the call that just failed means. The session is not used again.
  private func failure() -> TLSFailure {
    let errors = OpenSSLErrors.take()
    return broken(certificateFailure ?? TLSFailure(errors, session: self))
  }

  private func broken(_ failure: TLSFailure) -> TLSFailure {
    isBroken = true
    return failure
  }
}
