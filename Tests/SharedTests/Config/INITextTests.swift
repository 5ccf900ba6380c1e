import Foundation
import Shared
import TestSupport
import Testing

struct INITextTests {
  @Test(arguments: [
    ("plain", "k = plain"), ("", "k ="), ("a, b", "k = \"a, b\""), ("a # b", "k = \"a # b\""), (" edge ", "k = \" edge \""),
    ("say \"x\", y", "k = 'say \"x\", y'"), ("'", "k = \"'\""), ("100%", "k = 100%"), ("a\nb", "k = \"\"\"a\nb\"\"\""),
    ("ä=ö", "k = ä=ö"),
  ])
  func textIsQuotedWhereItMustBe(text: String, line: String) throws {
    #expect(try INIText.line("k", text) == line)
  }

  @Test func whatNoQuotingKeepsIsRefused() {
    for text in ["%(name)s", "\"\"\" # ''', \"", "a\u{0}b"] {
      #expect(throws: ConfigProblem.self, "\(text)") { try INIText.line("k", text) }
    }
    #expect(throws: ConfigProblem.self) { try INIText.line("two = keys", "x") }
    #expect(throws: ConfigProblem.self) { try INIText.line("k\nj", "x") }
    #expect(throws: ConfigProblem.self) { try INIText.header("a\nb") }
    #expect(throws: ConfigProblem.self) { try INIText.header("") }
  }

  @Test func namesOfSectionsComeBack() throws {
    for name in ["Office", "it's", "a ] b", "[x", "a # b", "\"", " blank "] {
      guard let header = try? INIText.header(name) else {
        #expect(name == "[x", "\(name)")
        continue
      }
      #expect(try INIDocument(parsing: header + "\n", file: "").sections.map(\.name) == [name])
    }
  }

  /// Whatever the reader gives, written and read again, is the same.
  @Test func valuesComeBack() throws {
    var mutator = Mutator(
      seed: 3, corpus: ["[a]\nk = a, 'b # c', \"d\"\n", "[a]\nk = \"x, y\" # z\n", "[a]\nk = '''it's\n\"so\"'''\nj = a,\n"],
      dictionary: ["'", "\"", ",", "#", "\"\"\"", "%", " ", "\n", "="])
    var count = 0
    for _ in 0..<Mutator.rounds {
      guard let document = try? INIDocument(parsing: mutator.next(), file: "") else { continue }
      for entry in document.sections.flatMap(\.entries) {
        guard let line = try? INIText.line(entry.key, entry.value) else { continue }
        let again = try INIDocument(parsing: "[a]\n\(line)\n", file: "").section("a")?[entry.key]?.value
        #expect(again?.text == entry.value.text && again?.list == entry.value.list, "\(line)")
        count += 1
      }
    }
    #expect(count > Mutator.rounds / 4)
  }

  @Test func aPrivateFileIsNewAndItsOwnersAlone() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("c.conf")
    try PrivateFile.create(path, Array("one\n".utf8))
    #expect(try mode(path) == 0o600)
    #expect(throws: FileError.self) { try PrivateFile.create(path, Array("two\n".utf8)) }
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(throws: FileError.self) { try PrivateFile.create(link, []) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\n")
    // A service's own group keeps its access, a link stays one.
    try PrivateFile.replace(link, Array("two\n".utf8))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "two\n")
    #expect(try mode(path) == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    #expect(throws: FileError.self) { try PrivateFile.replace(folder.file("none"), []) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["c.conf", "link"])
  }

  private func mode(_ path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }
}
