import Foundation
import SecureTransport
import TestSupport
import Testing

@Suite struct TLSContextTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared
  }

  private func error(_ caFile: String) throws -> TLSContextError {
    do {
      _ = try TLSClientContext(.verified(caFile: caFile, checkName: true))
    } catch {
      return error
    }
    throw SecureClient.Unexpected(description: "\(caFile) was accepted")
  }

  @Test func theSystemsAuthoritiesAreThere() throws {
    _ = try TLSClientContext(.verified(caFile: nil, checkName: true))
  }

  @Test func anUnreadableFileIsNamed() throws {
    let missing = certificates.authority + ".missing"
    #expect(try error(missing).description == "could not open \(missing): No such file or directory")
    let folder = (certificates.authority as NSString).deletingLastPathComponent
    #expect(try error(folder).description.contains("not a regular file"))
    #expect(try error("a\0b").description.contains("Invalid argument"))
    let pipe = folder + "/pipe-\(UUID().uuidString)"
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(try error(pipe).description.contains("not a regular file"))
  }

  @Test func aFileWithoutCertificatesIsNamed() throws {
    let empty = try certificates.write("empty.pem", "")
    #expect(try error(empty) == .malformed(path: empty, expected: "PEM certificates", detail: "none found"))
    #expect(
      try error(certificates.right.key)
        == .malformed(path: certificates.right.key, expected: "PEM certificates", detail: "none found"))
    let whole = try String(contentsOfFile: certificates.authority, encoding: .utf8)
    for (index, text) in [whole + String(whole.dropLast(60)), whole.replacing("MII", with: "!!!"), whole + whole.prefix(200)]
      .enumerated()
    {
      let broken = try certificates.write("broken\(index).pem", text)
      guard case .malformed(broken, _, _) = try error(broken) else {
        Issue.record("\(index)")
        continue
      }
    }
  }

  @Test func aLinkedFileIsFollowed() throws {
    let link = certificates.authority + ".link-\(UUID().uuidString)"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: certificates.authority)
    _ = try TLSClientContext(.verified(caFile: link, checkName: true))
  }

  @Test func serversCheckTheirFiles() throws {
    let right = certificates.right
    #expect(throws: TLSContextError.keyMismatch(certificate: right.certificate, key: certificates.wrongName.key)) {
      try TLSServerContext(certificateFile: right.certificate, keyFile: certificates.wrongName.key)
    }
    #expect(throws: TLSContextError.keyMismatch(certificate: right.certificate, key: certificates.rsa.key)) {
      try TLSServerContext(certificateFile: right.certificate, keyFile: certificates.rsa.key)
    }
    #expect(throws: TLSContextError.self) { try TLSServerContext(certificateFile: right.key, keyFile: right.key) }
    #expect(throws: TLSContextError.self) { try TLSServerContext(certificateFile: right.certificate, keyFile: right.certificate) }
    #expect(throws: TLSContextError.self) { try TLSServerContext(certificateFile: "/none", keyFile: right.key) }
  }

  @Test func aKeyWithAPassPhraseIsRefusedAndNobodyIsAsked() throws {
    let folder = (certificates.authority as NSString).deletingLastPathComponent
    let name = "locked-\(UUID().uuidString).key"
    try OpenSSLCommand.run(
      ["pkey", "-in", certificates.right.key, "-aes256", "-passout", "pass:x", "-out", name], directory: folder)
    #expect(throws: TLSContextError.self) {
      try TLSServerContext(certificateFile: certificates.right.certificate, keyFile: folder + "/" + name)
    }
  }
}
