internal import COpenSSL
internal import Glibc

/// What all connections with one ``TLSPolicy`` share. Made once per policy and reading of the configuration: loading authorities takes
/// milliseconds and half a megabyte.
package final class TLSClientContext: Sendable {
  package let policy: TLSPolicy
  let context: TLSContext

  /// Reads the authorities' certificates, if the policy needs any. Blocking: not on an event loop or the cooperative pool.
  package init(_ policy: TLSPolicy) throws(TLSContextError) {
    self.policy = policy
    switch policy {
    case .anonymous:
      context = try TLSContext(.client, anonymous: true, securityLevel: 0)
    case .encryptOnly, .pinned:
      // The strength of signatures proves nothing here; old devices have 1024-bit keys.
      context = try TLSContext(.client, anonymous: false, securityLevel: 1)
    case .verified(let caFile, _):
      context = try TLSContext(.client, anonymous: false, securityLevel: 2)
      try Self.trust(caFile, context)
    }
    if !policy.isAuthenticated {
      // What RFC 5746 prevents is an attacker in between, who could do more than that here.
      SSL_CTX_set_options(context.pointer, tikwatch_SSL_OP_LEGACY_SERVER_CONNECT)
    }
    SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
    SSL_CTX_set_cert_verify_callback(context.pointer, { store, _ in TLSSession.judge(store) }, nil)
  }

  private static func trust(_ caFile: String?, _ context: TLSContext) throws(TLSContextError) {
    let store = SSL_CTX_get_cert_store(context.pointer)
    let path: String
    if let caFile {
      path = caFile
      // Whatever stands in the file is trusted, also a device's own certificate or an intermediate authority.
      X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    } else {
      guard let system = systemAuthorities() else { throw .noSystemAuthorities }
      path = system
    }
    try PEMFile.withCertificates(path) { certificates throws(TLSContextError) in
      for certificate in certificates {
        OpenSSLErrors.clear()
        guard X509_STORE_add_cert(store, certificate) == 1 else { throw .refused(OpenSSLErrors.take().text) }
      }
    }
  }

  /// One file with all of them: unlike OpenSSL's folder of links it is read here, and not later on an event loop.
  private static func systemAuthorities() -> String? {
    if let chosen = getenv(X509_get_default_cert_file_env()) { return String(cString: chosen) }
    let known = [
      "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Alpine, Arch
      "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
      "/etc/ssl/ca-bundle.pem",  // SUSE
      String(cString: X509_get_default_cert_file()),
    ]
    return known.first { access($0, R_OK) == 0 }
  }
}
