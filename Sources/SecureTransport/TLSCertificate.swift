internal import COpenSSL
internal import Glibc

/// What a peer's certificate says, for people and for pinning.
package struct TLSCertificate: Sendable, Hashable {
  package var fingerprint: TLSFingerprint
  package var subject: String
  package var issuer: String
  /// The subject alternative names as text (`DNS:router.lan, IP Address:10.0.0.1`); empty when there are none.
  package var names: String
  /// Epoch seconds; `nil` if the certificate's date is none.
  package var notBefore: Int?
  package var notAfter: Int?

  /// Copies everything out of an `X509`; `nil` if it cannot be encoded.
  init?(_ certificate: OpaquePointer) {
    var encoded: UnsafeMutablePointer<UInt8>?
    let length = i2d_X509(certificate, &encoded)
    guard length > 0, let start = encoded else { return nil }
    fingerprint = TLSFingerprint(ofDER: Array(UnsafeBufferPointer(start: start, count: Int(length))))
    CRYPTO_free(encoded, "", 0)
    subject = Self.text { tikwatch_X509_NAME_print($0, X509_get_subject_name(certificate)) }
    issuer = Self.text { tikwatch_X509_NAME_print($0, X509_get_issuer_name(certificate)) }
    let position = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
    names = position < 0 ? "" : Self.text { X509V3_EXT_print($0, X509_get_ext(certificate, position), 0, 0) }
    notBefore = Self.epoch(X509_get0_notBefore(certificate))
    notAfter = Self.epoch(X509_get0_notAfter(certificate))
  }

  /// What the certificate is made out to: its alternative names, or its subject if there are none.
  package var holder: String { names.isEmpty ? subject : names }

  /// What `write` writes into a buffer, cut and without control characters: a stranger wrote it.
  private static func text(_ write: (OpaquePointer) -> Int32) -> String {
    guard let buffer = BIO_new(BIO_s_mem()) else { return "?" }
    defer { BIO_free(buffer) }
    guard write(buffer) >= 0 else {
      OpenSSLErrors.clear()
      return "?"
    }
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = Int(max(0, BIO_read(buffer, &bytes, 300)))
    let cut = BIO_ctrl_pending(buffer) > 0 ? "…" : ""
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    return String(String.UnicodeScalarView(text.unicodeScalars.map(harmless))) + cut
  }

  private static func harmless(_ scalar: UnicodeScalar) -> UnicodeScalar {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
    default: scalar
    }
  }

  private static func epoch(_ time: UnsafePointer<ASN1_TIME>?) -> Int? {
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else {
      OpenSSLErrors.clear()
      return nil
    }
    return timegm(&parts)
  }
}
