import Shared
import Testing

@Suite struct FolderNameTests {
  @Test(arguments: [
    ("ether1", "ether1"), ("ether1 (WAN)", "ether1_20_28WAN_29"), ("a_b", "a_5fb"), (".hidden", "_2ehidden"), ("a.b-c", "a.b-c"),
    ("", "_"), ("..", "_2e."), ("../etc", "_2e._2fetc"), ("100%", "100_25"), ("ä", "_c3_a4"), ("\u{0}", "_00"),
  ])
  func escapesEverythingThatIsNotPlain(name: String, expected: String) {
    #expect(FolderName.escape(name) == expected)
    #expect(FolderName.isValid(expected))
  }

  @Test func longNamesAreCutAndStayApart() {
    let long = String(repeating: "x", count: 101)
    let escaped = FolderName.escape(long)
    #expect(escaped.utf8.count == 100)
    // sha256 of 101 times "x" begins so (coreutils: printf 'x%.0s' {1..101} | sha256sum)
    #expect(escaped.hasPrefix(String(repeating: "x", count: 91) + "_"))
    #expect(escaped != FolderName.escape(long + "y"))
    #expect(FolderName.escape(String(repeating: "x", count: 100)) == String(repeating: "x", count: 100))
  }

  @Test(arguments: ["", ".", "..", ".x", "a/b", "a b", "a%", "é", String(repeating: "x", count: 101)])
  func refusesWhatIsNoFolderName(text: String) { #expect(!FolderName.isValid(text)) }

  @Test func digestsAreTheStandardOnes() {
    #expect(hex(Digest.sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(hex(Digest.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
