internal import COpenSSL
internal import Glibc
internal import Shared

/// Reads certificates and keys. Blocking, bounded, never waits for a pass phrase on a terminal.
enum PEMFile {
  /// A list of all authorities in the world is 250 KB.
  private static let sizeLimit = 8 << 20

  /// The certificates in a file, each to be freed by `body`'s caller here: `body` takes references of its own.
  static func withCertificates<Value>(
    _ path: String, _ body: ([OpaquePointer]) throws(TLSContextError) -> Value
  ) throws(TLSContextError) -> Value {
    var certificates: [OpaquePointer] = []
    defer { certificates.forEach { X509_free($0) } }
    let source = try open(path)
    defer { BIO_free(source) }
    while let certificate = PEM_read_bio_X509_AUX(source, nil, refusePassPhrase, nil) { certificates.append(certificate) }
    let isAtEnd =
      ERR_GET_LIB(ERR_peek_last_error()) == ERR_LIB_PEM && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
    let errors = OpenSSLErrors.take()
    guard isAtEnd, !certificates.isEmpty else {
      throw .malformed(path: path, expected: "PEM certificates", detail: isAtEnd ? "none found" : errors.text)
    }
    return try body(certificates)
  }

  /// The private key in a file.
  static func withKey<Value>(
    _ path: String, _ body: (OpaquePointer) throws(TLSContextError) -> Value
  ) throws(TLSContextError) -> Value {
    let source = try open(path)
    defer { BIO_free(source) }
    guard let key = PEM_read_bio_PrivateKey(source, nil, refusePassPhrase, nil) else {
      throw .malformed(path: path, expected: "PEM private key without a pass phrase", detail: OpenSSLErrors.take().text)
    }
    defer { EVP_PKEY_free(key) }
    return try body(key)
  }

  /// The file's bytes as a source of OpenSSL's own, to be freed by the caller. (`BIO_new_mem_buf` would not copy them: the array is gone
  /// when the call returns.)
  private static func open(_ path: String) throws(TLSContextError) -> OpaquePointer {
    let bytes = try read(path)
    OpenSSLErrors.clear()
    guard let source = BIO_new(BIO_s_mem()) else { throw .refused(OpenSSLErrors.take().text) }
    guard bytes.isEmpty || BIO_write(source, bytes, Int32(bytes.count)) == Int32(bytes.count) else {
      BIO_free(source)
      throw .refused(OpenSSLErrors.take().text)
    }
    return source
  }

  private static func read(_ path: String) throws(TLSContextError) -> [UInt8] {
    // Certificates are often reached by links; what a link leads to must still be a regular file.
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else {
      throw .unreadable(FileError(errno: path.utf8.contains(0) ? EINVAL : errno, "open", path).description)
    }
    defer { free(resolved) }
    do {
      return try BoundedFile.read(String(cString: resolved), limit: sizeLimit)
    } catch {
      throw .unreadable(error.description)
    }
  }

  private static let refusePassPhrase:
    @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 =
      { _, _, _, _ in -1 }
}
