internal import COpenSSL
internal import Foundation
internal import Shared

extension TLSSession {
  /// Tells OpenSSL whom we expect: for the certificate's name check, and so that a service with several names knows which is meant.
  func setPeerName(_ host: String) throws(TLSFailure) {
    OpenSSLErrors.clear()
    guard !host.utf8.contains(0) else { throw .setup("the host name contains a NUL") }
    let withoutZone = host.prefix { $0 != "%" }
    if let address = IPAddress(String(withoutZone)) {
      try checkName { X509_VERIFY_PARAM_set1_ip_asc($0, address.description) }
      return
    }
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    // To OpenSSL an empty name means any, and a leading dot any below it.
    guard !name.isEmpty, !name.hasPrefix(".") else { throw .setup("\"\(host)\" is no host name") }
    try checkName { parameters in
      X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      return X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count)
    }
    // RFC 6066 §3: names only, in ASCII.
    if name.utf8.allSatisfy({ $0 < 0x80 }) {
      guard tikwatch_SSL_set_tlsext_host_name(ssl, name) == 1 else { throw .setup(OpenSSLErrors.take().text) }
    }
  }

  private func checkName(_ set: (OpaquePointer?) -> Int32) throws(TLSFailure) {
    guard case .verified(_, checkName: true) = policy else { return }
    guard set(SSL_get0_param(ssl)) == 1 else { throw .setup("cannot check the name \"\(host)\"") }
  }

  /// OpenSSL's question in mid-handshake whether a chain of certificates is acceptable: 1 if it is.
  static func judge(_ store: OpaquePointer?) -> Int32 {
    guard
      let store, let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
      let data = tikwatch_SSL_get_app_data(OpaquePointer(ssl))
    else { return 0 }
    return Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue().judge(chain: store) ? 1 : 0
  }

  private func judge(chain: OpaquePointer) -> Bool {
    guard let policy, let leaf = X509_STORE_CTX_get0_cert(chain), let certificate = TLSCertificate(leaf) else { return false }
    self.certificate = certificate
    switch policy {
    case .encryptOnly:
      X509_STORE_CTX_set_error(chain, X509_V_OK)
      return true
    case .pinned(let expected):
      let isRight = certificate.fingerprint == expected
      X509_STORE_CTX_set_error(chain, isRight ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION)
      if !isRight { certificateFailure = .fingerprintChanged(expected: expected, seen: certificate.fingerprint) }
      return isRight
    case .verified:
      if X509_verify_cert(chain) == 1 { return true }
      certificateFailure = failure(of: chain, leaf: certificate)
      return false
    case .anonymous:
      certificateFailure = .violation("a certificate in an anonymous session")
      return false
    }
  }

  private func failure(of chain: OpaquePointer, leaf: TLSCertificate) -> TLSFailure {
    let error = X509_STORE_CTX_get_error(chain)
    let culprit = X509_STORE_CTX_get_current_cert(chain).flatMap { TLSCertificate($0) } ?? leaf
    let text = X509_verify_cert_error_string(Int(error)).map { String(cString: $0) } ?? "error \(error)"
    switch error {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return culprit.notAfter.map { .expired(subject: culprit.subject, since: $0) } ?? .certificateRejected(text)
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return culprit.notBefore.map { .notYetValid(subject: culprit.subject, before: $0) } ?? .certificateRejected(text)
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      return .wrongName(expected: host, certificate: leaf.holder)
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return .selfSigned(subject: leaf.subject)
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return .unknownAuthority(issuer: culprit.subject)
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return .unknownAuthority(issuer: culprit.issuer)
    case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK:
      return .weakCertificate(text)
    default:
      return .certificateRejected(text)
    }
  }
}
