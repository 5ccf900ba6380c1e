import SecureTransport
import Testing

struct TLSFingerprintTests {
  private static let hex = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
  private static let colons = stride(from: 0, to: 64, by: 2).map { String(hex.dropFirst($0).prefix(2)) }.joined(separator: ":")

  @Test(arguments: [hex, colons, "sha256:" + hex, "SHA256:" + colons, hex.uppercased()])
  func readsAllSpellings(text: String) throws {
    let fingerprint = try #require(TLSFingerprint(text))
    #expect(fingerprint.bytes.count == 32)
    #expect(fingerprint.description == "sha256:" + Self.hex.lowercased())
    #expect(TLSFingerprint(fingerprint.description) == fingerprint)
  }

  @Test(
    arguments: [
      "", "sha256:", ":", String(hex.dropLast()), hex + "0", String(hex.dropLast()) + "g", "md5:" + hex, " " + hex,
      String(colons.dropLast(3)), colons + ":", "0:0" + colons.dropFirst(3), colons.replacing(":", with: "::"),
      hex.replacing("0", with: "٠"), "sha256:sha256:" + hex,
    ])
  func refusesEverythingElse(text: String) {
    #expect(TLSFingerprint(text) == nil)
  }

  @Test func isTheSHA256OfTheBytes() {
    #expect(
      TLSFingerprint(ofDER: Array("abc".utf8)).description
        == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
