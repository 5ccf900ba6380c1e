internal import COpenSSL

extension TLSServerContext {
  /// A service with a key and a self-signed certificate of its own, made now and kept in memory: for devices made of data, whose
  /// visitors pin the certificate or do not verify it.
  ///
  /// - Parameters:
  ///   - name: the subject's common name, cut to the 64 characters that one may have.
  ///   - alternatives: subject alternative names as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`.
  /// - Returns: the context, and what its certificate says.
  package static func selfSigned(
    name: String, alternatives: [String]
  ) throws(TLSContextError) -> (context: TLSServerContext, certificate: TLSCertificate) {
    let context = try TLSContext(.server, anonymous: false, securityLevel: 1)
    OpenSSLErrors.clear()
    guard let key = tikwatch_EVP_P256_gen() else { throw .refused(OpenSSLErrors.take().text) }
    defer { EVP_PKEY_free(key) }
    guard let certificate = X509_new() else { throw .refused(OpenSSLErrors.take().text) }
    defer { X509_free(certificate) }
    guard
      fill(certificate, name: String(name.prefix(64)), key: key), add(alternatives, to: certificate),
      X509_sign(certificate, key, EVP_sha256()) > 0,
      SSL_CTX_use_certificate(context.pointer, certificate) == 1, SSL_CTX_use_PrivateKey(context.pointer, key) == 1,
      let details = TLSCertificate(certificate)
    else { throw .refused(OpenSSLErrors.take().text) }
    return (TLSServerContext(try finished(context)), details)
  }

  /// Valid from an hour ago, for clocks that differ, for ten years.
  private static func fill(_ certificate: OpaquePointer, name: String, key: OpaquePointer) -> Bool {
    guard
      // Version 3.
      X509_set_version(certificate, 2) == 1,
      ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...Int(Int32.max))) == 1,
      X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nil,
      X509_gmtime_adj(X509_getm_notAfter(certificate), 3650 * 86400) != nil,
      X509_set_pubkey(certificate, key) == 1
    else { return false }
    let subject = X509_get_subject_name(certificate)
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_FLAG | 0, name, -1, -1, 0) == 1
      && X509_set_issuer_name(certificate, subject) == 1
  }

  private static func add(_ alternatives: [String], to certificate: OpaquePointer) -> Bool {
    guard !alternatives.isEmpty else { return true }
    guard let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, alternatives.joined(separator: ",")) else {
      return false
    }
    defer { X509_EXTENSION_free(names) }
    return X509_add_ext(certificate, names, -1) == 1
  }
}
