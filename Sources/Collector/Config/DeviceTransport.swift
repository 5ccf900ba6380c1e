import SecureTransport
import Shared

/// How a device's connection is secured: what was written, and what came of it.
struct DeviceTransport: Sendable, Equatable {
  var settings = TransportSettings()
  /// Made when the configuration is read, since that reads certificate files.
  var security = TransportSecurity.plain
  /// The state of `ssl_ca_file` when it was read: another file under the same name is another configuration.
  var authorities: FileStamp?

  /// Contexts follow from the rest.
  static func == (left: DeviceTransport, right: DeviceTransport) -> Bool {
    left.settings == right.settings && left.authorities == right.authorities
  }
}

/// Reads what a device's section says about TLS.
///
/// | key | type | default |
/// |---|---|---|
/// | use_ssl | yes or no | no |
/// | no_ssl_certificate | yes or no | no |
/// | ssl_certificate_verify | yes or no | no |
/// | ssl_check_hostname | yes or no | yes |
/// | ssl_ca_file | file | the system's authorities |
/// | ssl_fingerprint | SHA-256, hexadecimal | none |
extension DeviceTransport {
  /// Blocking: reads certificate files. They are read for devices that are polled only.
  static func read(_ reader: inout SectionReader, _ context: DeviceContext, isPolled: Bool) -> DeviceTransport {
    var transport = DeviceTransport()
    transport.settings.useSSL = reader.bool("use_ssl", default: false)
    transport.settings.noSSLCertificate = reader.bool("no_ssl_certificate", default: false)
    transport.settings.verify = reader.bool("ssl_certificate_verify", default: false)
    transport.settings.checkHostname = reader.bool("ssl_check_hostname", default: true)
    transport.settings.caFile = reader.path(
      "ssl_ca_file", relativeTo: context.directory, environment: context.environment)
    transport.settings.fingerprint = reader.string("ssl_fingerprint")
    guard isPolled else { return transport }
    do throws(TLSContextError) {
      transport.security = try context.transports.make(transport.settings)
    } catch {
      let (key, problem, allowed) = placed(error, transport.settings)
      reader.fail(key, problem, allowed: allowed)
    }
    if case .tls = transport.security, transport.settings.usesAuthorityFile, let file = transport.settings.caFile {
      transport.authorities = FileStamp(path: file)
    }
    return transport
  }

  /// The key to correct, and what is wrong with it.
  private static func placed(
    _ error: TLSContextError, _ settings: TransportSettings
  ) -> (key: String, problem: String, allowed: String?) {
    switch error {
    case .badFingerprint:
      ("ssl_fingerprint", "no SHA-256 fingerprint", "64 hexadecimal digits, with or without colons, sha256: before them or not")
    case .fingerprintWithoutCertificate: ("ssl_fingerprint", error.description, "one of the two")
    case .unreadable, .malformed, .keyMismatch:
      (settings.caFile == nil ? "ssl_certificate_verify" : "ssl_ca_file", error.description, "a file with PEM certificates")
    case .noSystemAuthorities: ("ssl_certificate_verify", error.description, nil)
    case .refused: ("use_ssl", error.description, nil)
    }
  }
}

extension TransportSettings {
  /// Whether `ssl_ca_file` has a part in the session.
  var usesAuthorityFile: Bool { useSSL && !noSSLCertificate && fingerprint == nil && verify && caFile != nil }
}
