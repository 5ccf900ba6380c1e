import Logging
import NIOCore
import SecureTransport
import Synchronization

/// What lies between the protocol and TCP.
enum TransportSecurity: Sendable {
  case plain
  case tls(TLSClientContext)
}

/// What a device's section says about TLS, by MKTXP's keys and `ssl_fingerprint`.
struct TransportSettings: Sendable, Hashable {
  /// `use_ssl`
  var useSSL = false
  /// `no_ssl_certificate`: the service has none, so anonymous Diffie-Hellman. Goes before all that follows, as in MKTXP.
  var noSSLCertificate = false
  /// `ssl_certificate_verify`
  var verify = false
  /// `ssl_check_hostname`: counts only where the certificate is verified.
  var checkHostname = true
  /// `ssl_ca_file`, absolute; `nil`: the system's authorities. Counts only where the certificate is verified.
  var caFile: String?
  /// `ssl_fingerprint` as written. Goes before verification: this certificate is accepted, whatever else it says.
  var fingerprint: String?

  /// What is demanded of the device; `nil` without TLS.
  ///
  /// - Throws: ``TLSContextError`` for a fingerprint that is none, or that could never be met.
  func policy() throws(TLSContextError) -> TLSPolicy? {
    let pinned = try pinnedFingerprint()
    guard useSSL else { return nil }
    if noSSLCertificate {
      guard pinned == nil else { throw .fingerprintWithoutCertificate }
      return .anonymous
    }
    if let pinned { return .pinned(pinned) }
    return verify ? .verified(caFile: caFile, checkName: checkHostname) : .encryptOnly
  }

  private func pinnedFingerprint() throws(TLSContextError) -> TLSFingerprint? {
    guard let fingerprint else { return nil }
    guard let pinned = TLSFingerprint(fingerprint) else { throw .badFingerprint(fingerprint) }
    return pinned
  }

  /// What somebody should know who chose these settings, to be said once when they are read; `nil` if nothing.
  var caution: String? {
    guard useSSL else { return fingerprint == nil ? nil : "ssl_fingerprint has no effect without use_ssl" }
    if noSSLCertificate {
      return "no_ssl_certificate: the session is encrypted but the device is not authenticated; "
        + "an attacker on the path can read the password" + (verify ? " (ssl_certificate_verify has no effect)" : "")
    }
    guard fingerprint == nil, !verify else { return nil }
    return "the device's certificate is not verified; an attacker on the path can read the password "
      + "(set ssl_fingerprint or ssl_certificate_verify)"
  }
}

/// Turns settings into contexts, one for all devices with the same demands. For one reading of the configuration: a new one reads changed
/// certificate files anew.
final class TransportSecurityFactory: Sendable {
  private let contexts = Mutex<[TLSPolicy: TLSClientContext]>([:])

  /// Blocking: reads certificate files.
  ///
  /// - Throws: ``TLSContextError``: a mistake in the configuration.
  func make(_ settings: TransportSettings) throws(TLSContextError) -> TransportSecurity {
    guard let policy = try settings.policy() else { return .plain }
    if let known = contexts.withLock({ $0[policy] }) { return .tls(known) }
    let context = try TLSClientContext(policy)
    return .tls(
      contexts.withLock { contexts in
        // Another thread may have been as far.
        let shared = contexts[policy] ?? context
        contexts[policy] = shared
        return shared
      })
  }
}
