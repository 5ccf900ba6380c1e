import SecureTransport
import TestSupport
import Testing

@testable import Collector

@Suite struct TransportSecurityTests {
  private static let hex = String(repeating: "0A", count: 32)

  @Test func theKeysOfASectionMakeAPolicy() throws {
    var settings = TransportSettings()
    #expect(try settings.policy() == nil)
    settings.useSSL = true
    #expect(try settings.policy() == .encryptOnly)
    settings.caFile = "/ca.pem"
    #expect(try settings.policy() == .encryptOnly, "ssl_ca_file alone demands nothing")
    settings.verify = true
    #expect(try settings.policy() == .verified(caFile: "/ca.pem", checkName: true))
    settings.checkHostname = false
    #expect(try settings.policy() == .verified(caFile: "/ca.pem", checkName: false))
    settings.fingerprint = "sha256:" + Self.hex
    #expect(try settings.policy() == .pinned(#require(TLSFingerprint(Self.hex))))
    settings.fingerprint = nil
    settings.noSSLCertificate = true
    #expect(try settings.policy() == .anonymous, "as in MKTXP, before verification")
    settings.useSSL = false
    #expect(try settings.policy() == nil)
  }

  @Test func mistakesAreNamed() throws {
    #expect(throws: TLSContextError.badFingerprint("12:34")) { try TransportSettings(fingerprint: "12:34").policy() }
    #expect(throws: TLSContextError.fingerprintWithoutCertificate) {
      try TransportSettings(useSSL: true, noSSLCertificate: true, fingerprint: Self.hex).policy()
    }
    let missing = TransportSettings(useSSL: true, verify: true, caFile: "/no/such/file")
    #expect(throws: TLSContextError.unreadable("could not open /no/such/file: No such file or directory")) {
      try TransportSecurityFactory().make(missing)
    }
  }

  @Test func whoeverIsNotProtectedIsTold() {
    #expect(TransportSettings().caution == nil)
    #expect(TransportSettings(useSSL: true, verify: true).caution == nil)
    #expect(TransportSettings(useSSL: true, fingerprint: Self.hex).caution == nil)
    #expect(TransportSettings(useSSL: true).caution?.contains("not verified") == true)
    #expect(TransportSettings(useSSL: true, noSSLCertificate: true).caution?.contains("not authenticated") == true)
    #expect(TransportSettings(fingerprint: Self.hex).caution == "ssl_fingerprint has no effect without use_ssl")
  }

  @Test func devicesWithTheSameDemandsShareAContext() throws {
    let factory = TransportSecurityFactory()
    let caFile = try TestCertificates.shared.authority
    func context(_ settings: TransportSettings) throws -> TLSClientContext? {
      if case .tls(let context) = try factory.make(settings) { return context }
      return nil
    }
    let verified = TransportSettings(useSSL: true, verify: true, caFile: caFile)
    let first = try context(verified)
    #expect(try first != nil && context(verified) === first)
    #expect(try context(TransportSettings(useSSL: true)) !== first)
    #expect(try context(TransportSettings()) == nil)
  }
}
