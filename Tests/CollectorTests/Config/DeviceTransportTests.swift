import Foundation
import SecureTransport
import Shared
import TestSupport
import Testing

@testable import Collector

/// What a device's section says about TLS and where its password comes from.
@Suite struct DeviceTransportTests {
  private static let head = "[collector]\nstorage = /srv/t\n[default]\nusername = u\nhostname = h.example\n"
  private static let pin = String(repeating: "ab", count: 32)

  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func load(
    _ text: String, _ change: (inout ConfigSource) -> Void = { _ in }
  ) throws -> (config: CollectorConfig, warnings: [ConfigError], notices: [String]) {
    let path = try folder.write("c.conf", (Self.head + text).utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    var source = ConfigSource(.file(path))
    change(&source)
    return try source.load()
  }

  private func errors(_ text: String, _ change: (inout ConfigSource) -> Void = { _ in }) -> [String] {
    do {
      _ = try load(text, change)
      return []
    } catch let errors as ConfigErrors {
      return errors.errors.map { $0.description.replacing(folder.path + "/", with: "") }
    } catch {
      return ["\(error)"]
    }
  }

  private func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
    let path = try folder.write(name, text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test(arguments: [
    ("[gw]\n", 8728), ("[gw]\nuse_ssl = yes\n", 8729), ("[gw]\nuse_ssl = yes\nport = 8728\n", 8728),
    ("use_ssl = yes\n[gw]\n", 8729), ("use_ssl = yes\n[gw]\nuse_ssl = no\n", 8728), ("port = 8728\n[gw]\nuse_ssl = yes\n", 8729),
    ("port = 9000\n[gw]\nuse_ssl = yes\n", 9000), ("port = 8728\nuse_ssl = yes\n[gw]\n", 8728),
  ]) func theDefaultPortFollowsTLS(_ text: String, _ port: Int) throws {
    #expect(try load(text).config.devices.first?.endpoint.port == port)
  }

  @Test(arguments: [
    ("", nil), ("use_ssl = yes\n", TLSPolicy.encryptOnly), ("use_ssl = yes\nno_ssl_certificate = yes\n", .anonymous),
    ("use_ssl = yes\nno_ssl_certificate = yes\nssl_certificate_verify = yes\n", .anonymous),
    ("use_ssl = yes\nssl_certificate_verify = yes\nssl_ca_file = ca.pem\n", .verified(caFile: "ca.pem", checkName: true)),
    (
      "use_ssl = yes\nssl_certificate_verify = yes\nssl_check_hostname = no\nssl_ca_file = \"ca.pem\"\n",
      .verified(caFile: "ca.pem", checkName: false)
    ),
    ("use_ssl = yes\nssl_fingerprint = sha256:\(pin)\n", .pinned(TLSFingerprint(pin)!)), ("ssl_fingerprint = \(pin)\n", nil),
  ]) func theKeysMakeAPolicy(_ text: String, _ expected: TLSPolicy?) throws {
    try folder.write("ca.pem", Data(contentsOf: URL(fileURLWithPath: TestCertificates.shared.authority)))
    let device = try #require(try load("[gw]\n" + text).config.devices.first)
    guard case .tls(let context) = device.transport.security else {
      #expect(expected == nil)
      return
    }
    // Relative paths are relative to the configuration's folder.
    let absolute: TLSPolicy? =
      if case .verified(_, let checkName) = expected { .verified(caFile: folder.file("ca.pem"), checkName: checkName) } else {
        expected
      }
    #expect(context.policy == absolute)
  }

  @Test func mistakesNameFileLineAndKey() throws {
    try folder.write("no.pem", "text".utf8)
    let verify = "[gw]\nuse_ssl = yes\nssl_certificate_verify = yes\n"
    #expect(
      errors(verify + "ssl_ca_file = missing.pem\n").first?.hasPrefix(#"c.conf:9: [gw] ssl_ca_file = "missing.pem": "#) == true)
    #expect(
      errors(verify + "ssl_ca_file = no.pem\n") == [
        #"c.conf:9: [gw] ssl_ca_file = "no.pem": no.pem holds no PEM certificates: none found; allowed: a file with PEM certificates"#
      ])
    #expect(
      errors("[gw]\nuse_ssl = yes\nno_ssl_certificate = yes\nssl_fingerprint = \(Self.pin)\n") == [
        "c.conf:9: [gw] ssl_fingerprint = \"\(Self.pin)\": ssl_fingerprint needs a certificate, and no_ssl_certificate says there is none; "
          + "allowed: one of the two"
      ])
  }

  @Test func cautionsAreSaidOnceForAllDevices() throws {
    let notices = try load("use_ssl = yes\n[a]\n[b]\n[c]\nssl_fingerprint = \(Self.pin)\n").notices
    let cautions = notices.filter { $0.contains("not verified") }
    #expect(cautions.count == 1)
    #expect(cautions.first?.contains("c.conf: a, b: the device's certificate is not verified") == true)
  }

  @Test func anotherAuthorityUnderTheSameNameIsAnotherConfiguration() throws {
    let text = "[gw]\nuse_ssl = yes\nssl_certificate_verify = yes\nssl_ca_file = ca.pem\n"
    let certificates = try TestCertificates.shared
    try folder.write("ca.pem", Data(contentsOf: URL(fileURLWithPath: certificates.authority)))
    let first = try load(text).config
    #expect(try load(text).config == first)
    try folder.write("ca.pem", Data(contentsOf: URL(fileURLWithPath: certificates.otherAuthority)))
    #expect(try load(text).config != first)
  }

  @Test func passwordsComeFromFiles() throws {
    try write("secret", "s3cret, with comma \n")
    let config = try load("[gw]\npassword_file = secret\n[other]\npassword = own\n").config
    #expect(config.devices.map { $0.credentials.password.reveal() } == ["s3cret, with comma ", "own"])
  }

  @Test func passwordFilesThatCannotBeUsedAreErrors() throws {
    try write("open", "x\n", mode: 0o644)
    try write("empty", "\n")
    try write("long", "one\ntwo\n")
    let place = "c.conf:7: [gw] password_file = "
    #expect(errors("[gw]\npassword_file = missing\n") == [place + #""missing": missing: No such file or directory"#])
    #expect(
      errors("[gw]\npassword_file = open\n") == [
        place + #""open": open: others can read this file (mode 644); allowed: chmod o-rwx"#
      ])
    #expect(errors("[gw]\npassword_file = open\n") { $0.allowsExposedSecrets = true } == [])
    #expect(errors("[gw]\npassword_file = empty\n") == [place + #""empty": empty is empty; allowed: one line: the password"#])
    #expect(errors("[gw]\npassword_file = long\n").first?.contains("long holds more than a line of text") == true)
    try write("secret", "x\n")
    #expect(
      errors("[gw]\npassword_file = secret\npassword = y\n") == [
        place + #""secret": there is a password in the same section as well; allowed: one of the two"#
      ])
  }

  @Test func systemdCredentialsComeBeforeWhatIsInherited() throws {
    // The service manager makes them readable for the service alone, by other means than the mode.
    try write("credentials/gw.password", "from-systemd\n", mode: 0o644)
    let text = "password = inherited\n[gw]\n[other]\n[own]\npassword = own\n"
    try write("credentials/own.password", "unused\n")
    let config = try load(text) { $0.environment["CREDENTIALS_DIRECTORY"] = folder.file("credentials") }.config
    #expect(config.devices.map { $0.credentials.password.reveal() } == ["from-systemd", "inherited", "own"])
  }
}
