import Foundation
import Shared
import TestSupport
import Testing

/// What is kept and what is dropped of a file.
@Suite struct ExpositionFileTests {
  @Test func dropsOnlyWhatIsWrong() {
    let text = """
      # written 1795200000.5
      # a comment
      # TYPE good gauge
      # HELP good Good one.
      good{a="x"} 1
      good{a="x"} 2
      good{a="y",a="z"} 1
      good{a="y"} one
      good{a="y"} 0x10
      good{9a="y"} 1
      good{__a="y"} 1
      good{a="y"
      good{a=y} 1
      good{a="\\q"} 1
      bad name 1
      bad-name 1
      good{a="\\\\ \\" \\n"} 3 1795200000000
      good{a="t"} 3 soon
      good 4 5 6
      # TYPE weird histogramm
      good{ a = "w" , } NaN
      lone 7
      # TYPE hist histogram
      hist_bucket{le="1"} 1
      hist_sum 1
      hist_count 1
      good_sum 5

      """
    let file = ExpositionFile(parsing: Array(text.utf8))
    #expect(file.written == 1_795_200_000.5)
    #expect(file.families.map(\.name) == ["good", "lone", "hist", "good_sum"])
    #expect(
      String(decoding: file.families[0].lines, as: UTF8.self) == """
        good{a="x"} 1
        good{a="\\\\ \\" \\n"} 3
        good{a="w"} NaN

        """)
    #expect(file.families[0].help == "Good one.")
    #expect(file.families[2].kind == .histogram)
    #expect(String(decoding: file.families[2].lines, as: UTF8.self) == "hist_bucket{le=\"1\"} 1\nhist_sum 1\nhist_count 1\n")
    #expect(file.dropped == 14)
  }

  @Test func lineThatTheFileEndsInsideOfIsDropped() {
    let file = ExpositionFile(parsing: Array("# written 1\n# TYPE a gauge\na 1\na{b=\"c\"} 12".utf8))
    #expect(String(decoding: file.families[0].lines, as: UTF8.self) == "a 1\n")
    #expect(file.dropped == 1)
  }

  @Test func bytesThatAreNoTextAreDropped() {
    let file = ExpositionFile(parsing: Array("a{b=\"".utf8) + [0xFF, 0xC3, 0x28] + Array("\"} 1\na 2\n".utf8))
    #expect(String(decoding: file.families.first?.lines ?? [], as: UTF8.self) == "a 2\n")
    #expect(file.dropped == 1)
    #expect(file.written == nil)
  }

  @Test func anythingAtAllIsSurvived() {
    var generator = SeededGenerator(seed: 11)
    let alphabet = Array("ab{}=\"\\,# \n\t1.eN+-_:TYPEHELPwritten".utf8) + [0xFF, 0x00, 0xC3]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
      let file = ExpositionFile(parsing: bytes)
      // What is kept is read again as it is.
      let kept = file.families.flatMap(\.lines)
      let again = ExpositionFile(parsing: kept)
      #expect(again.dropped == 0)
      #expect(again.families.flatMap(\.lines).count == kept.count)
    }
  }
}
