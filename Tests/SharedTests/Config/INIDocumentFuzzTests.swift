import Shared
import TestSupport
import Testing

/// Seeded, so a failure can be repeated: the seed is the test's argument.
struct INIDocumentFuzzTests {
  static let pieces: [[UInt8]] =
    [
      "[", "]", "[a]\n", "[default]\n", "=", "a = ", "b = ", "\n", "\r\n", "#", ",", "'", "\"", "'''", "\"\"\"", "%(a)s", "%(b)s",
      "%(", ")s", "%", " ", "\t", "x", "é", ";", "\u{FEFF}", "\u{2028}", "\0",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x80]]

  @Test(arguments: 1...20 as ClosedRange<UInt64>) func neverCrashesAndNamesLinesOfTheFile(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<250 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).flatMap { _ in Self.pieces.randomElement(using: &random) ?? [] }
      let lines = bytes.count { $0 == 0x0A } + 1
      do throws(ConfigErrors) {
        let document = try INIDocument(parsing: bytes, file: "f")
        #expect(Set(document.sections.map(\.name)).count == document.sections.count)
        for entry in document.sections.flatMap(\.entries) {
          #expect((1...lines).contains(entry.line))
          #expect(!entry.key.isEmpty)
          #expect(entry.value.list.allSatisfy { !$0.isEmpty })
        }
      } catch {
        #expect(!error.errors.isEmpty)
        for problem in error.errors {
          #expect((1...lines).contains(problem.line ?? 0))
          #expect(!problem.description.contains("\n"))
        }
      }
    }
  }

  /// Whatever is written in quotes comes back unchanged, so `setup` can write any password.
  @Test(arguments: 1...5 as ClosedRange<UInt64>) func quotedTextComesBack(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("abc #,;=[]%$\"\\/äß✓ \t")
    for _ in 0..<200 {
      let text = String((0..<Int.random(in: 1...12, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
      let document = try INIDocument(parsing: "[a]\nkey = '''\(text)''' # c\n", file: "f")
      #expect(document.section("a")?["key"]?.value.text == text)
    }
  }

  @Test func largestFileTakesAShortTime() throws {
    let worst = ["%(", "'a' ", "'", "k = %(k)s\n", "[", "[a]x", "\"\"\"\n", "a = b\n", ","]
    let clock = ContinuousClock()
    for piece in worst {
      let text = "[s]\nq = " + String(repeating: piece, count: 400_000 / piece.utf8.count)
      let time = clock.measure { _ = try? INIDocument(parsing: text, file: "f") }
      #expect(time < .seconds(20), "\(piece)")
    }
  }
}
