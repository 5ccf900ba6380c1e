import Shared
import Testing

struct INIDocumentErrorTests {
  /// A bad file and the exact message.
  static let badFiles: [(text: String, message: String)] = [
    ("port = 1\n[a]\n", "c.conf:1: port: key outside any section; allowed: a [section] line before it"),
    ("[a]\nb = 1\n[a]\n", "c.conf:3: [a]: duplicate section; the first stands in line 1"),
    ("[a]\nb = 1\n\nb = 2\n", "c.conf:4: [a] b: duplicate key; the first stands in line 2"),
    ("[a]\npassword hunter2\n", "c.conf:2: [a]: malformed line; allowed: [section], key = value, or # comment"),
    ("[a]\n= 1\n", "c.conf:2: [a]: malformed line; allowed: [section], key = value, or # comment"),
    ("; comment\n", "c.conf:1: malformed line; allowed: [section], key = value, or # comment"),
    ("[a]\n[[b]]\n", "c.conf:2: sub-sections such as [[…]] are not supported; allowed: [name]"),
    ("[a]\n[ [b] ]\n", "c.conf:2: sub-sections such as [[…]] are not supported; allowed: [name]"),
    ("[a\n", "c.conf:1: section header is not closed with ]; allowed: [name]"),
    ("[a] b\n", "c.conf:1: section header is not closed with ]; allowed: [name]"),
    ("[]\n", "c.conf:1: section without a name; allowed: [name]"),
    ("[a]\nb = \"open\n", "c.conf:2: [a] b = \"\"open\": quote is not closed"),
    ("[a]\nb = 'x' y\n", "c.conf:2: [a] b = \"'x' y\": text after the closing quote"),
    ("[a]\npassword = 'x' y\n", "c.conf:2: [a] password = [redacted]: text after the closing quote"),
    ("[a]\nb = 1\nc = '''x\ny\n", "c.conf:3: [a] c = \"'''x\": ''' is not closed"),
    ("[a]\nb = \"\"\"x\n\"\"\" y\n", "c.conf:2: [a] b = \"\"\"\"x\": text after the closing quote"),
    ("[a]\nb = %(c)s\n", "c.conf:2: [a] b = \"%(c)s\": %(c)s is no key of this section or of [default]"),
    (
      "[a]\npassword = x%(hunter)s2\n",
      "c.conf:2: [a] password = [redacted]: %(…)s is no key of this section or of [default]; "
        + "allowed: a password that holds %(…)s belongs into password_file"
    ),
    (
      "[a]\nb = %(b)s\n",
      "c.conf:2: [a] b = \"%(b)s\": %(…)s refers to itself, or through more than 10 others"
    ),
    ("[a]\n\0\n", "c.conf:2: [a]: NUL byte in line 2: not a text file"),
  ]

  @Test(arguments: badFiles) func namesTheMistake(_ row: (text: String, message: String)) {
    #expect(messages(Array(row.text.utf8)) == [row.message])
  }

  @Test func refusesOtherEncodings() {
    #expect(messages(Array("[a]\nb = caf".utf8) + [0xE9, 0x0A]) == ["c.conf:2: [a]: not UTF-8 text in line 2"])
    #expect(messages([0xFF, 0xFE, 0x5B, 0x00, 0x61, 0x00]).first == "c.conf:1: NUL byte in line 1: not a text file")
    let multiLine = Array("[a]\nb = '''x\n".utf8) + [0xC3, 0x28, 0x0A] + Array("'''\n".utf8)
    #expect(messages(multiLine).first == "c.conf:2: [a] b = \"'''x\": not UTF-8 text in line 3")
  }

  @Test func reportsEveryMistake() {
    let text = "x = 1\n[a]\nb\nc = 'd\n[a]\ne = 1\ne = 2\n"
    #expect(
      messages(Array(text.utf8)) == [
        "c.conf:1: x: key outside any section; allowed: a [section] line before it",
        "c.conf:3: [a]: malformed line; allowed: [section], key = value, or # comment",
        "c.conf:4: [a] c = \"'d\": quote is not closed",
        "c.conf:5: [a]: duplicate section; the first stands in line 2",
        "c.conf:7: [a] e: duplicate key; the first stands in line 6",
      ])
  }

  @Test func stopsAfterFiftyMistakes() {
    #expect(messages(Array(String(repeating: "nonsense\n", count: 10_000).utf8)).count == 50)
    let unresolved = "[a]\n" + (0..<1_000).map { "k\($0) = %(x)s\n" }.joined()
    #expect(messages(Array(unresolved.utf8)).count == 50)
  }

  @Test func refusesFilesAboveFourMebibytes() {
    let text = [UInt8](repeating: UInt8(ascii: "#"), count: INIDocument.sizeLimit)
    #expect(messages(text).isEmpty)
    #expect(messages(text + [0x23]) == ["c.conf: too large: 4194305 bytes; allowed: at most 4194304 bytes"])
  }

  @Test func chainsOfReferencesEndAtTen() {
    func chain(_ length: Int, reversed: Bool) -> String {
      let lines = (0..<length).map { "k\($0) = %(k\($0 + 1))s\n" } + ["k\(length) = end\n"]
      return "[a]\n" + (reversed ? lines.reversed() : lines).joined()
    }
    #expect(messages(Array(chain(10, reversed: false).utf8)).isEmpty)
    #expect(messages(Array(chain(10, reversed: true).utf8)).isEmpty)
    #expect(messages(Array(chain(11, reversed: false).utf8)).count == 1)
    #expect(messages(Array(chain(11, reversed: true).utf8)).count == 1)
  }

  /// Ten values, each of ten times the one before: 10 GB if nobody counted.
  @Test func referencesCannotBlowUp() {
    let lines = (0..<10).map { "k\($0) = " + String(repeating: "%(k\($0 + 1))s", count: 10) + "\n" }
    let found = messages(Array(("[a]\n" + lines.joined() + "k10 = 0123456789\n").utf8))
    #expect(found.count == 7)
    #expect(found.allSatisfy { $0.hasSuffix("too long once %(…)s is filled in") })
  }

  @Test func messagesAreOneLineWithoutControlCharacters() throws {
    let error = ConfigError(
      file: "a\nb.conf", line: 3, section: "x\u{1B}[2J", key: "k", value: "line 1\nline 2\u{202E}", problem: "bad",
      allowed: "good")
    #expect(
      error.description == #"a\nb.conf:3: [x\u{1B}[2J] k = "line 1\nline 2\u{202E}": bad; allowed: good"#)
    let long = ConfigError(file: "c", key: "k", value: String(repeating: "x", count: 10_000), problem: "bad")
    #expect(long.description.count < 250)
  }

  @Test func secretValuesNeverEnterAnError() {
    for key in ["password", "push_token", "Password", "ssh_passphrase"] {
      let error = ConfigError(file: "c.conf", line: 1, section: "a", key: key, value: "hunter2", problem: "bad")
      #expect(error.value == "[redacted]")
      #expect(error.description == "c.conf:1: [a] \(key) = [redacted]: bad")
      #expect(!String(reflecting: error).contains("hunter2"))
    }
    #expect(ConfigError(file: "c.conf", key: "password_file", value: "/x", problem: "bad").value == "/x")
  }

  private func messages(_ bytes: [UInt8]) -> [String] {
    do throws(ConfigErrors) {
      _ = try INIDocument(parsing: bytes, file: "c.conf")
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }
}
