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

/// What is added and mended on the way.
@Suite struct ExpositionFileChangeTests {
  @Test func externalLabelsStandBehindTheSeriesOwn() {
    let text = "a 1\na{b=\"c\"} 2\na{site=\"own\"} 3\na{ b = \"d\", } 4 5\n"
    let file = ExpositionFile(
      parsing: Array(text.utf8), external: [.init(name: "site", value: "x\"y"), .init(name: "z", value: "1")])
    #expect(
      String(decoding: file.families[0].lines, as: UTF8.self) == """
        a{site="x\\"y",z="1"} 1
        a{b="c",site="x\\"y",z="1"} 2
        a{site="own",z="1"} 3
        a{b="d",site="x\\"y",z="1"} 4

        """)
  }

  @Test func helpThatStrictReadersWouldRefuseIsMended() {
    let file = ExpositionFile(parsing: Array("# HELP a C:\\temp \\n \\\\ end\\\na 1\n".utf8))
    #expect(file.families[0].help == "C:\\\\temp \\n \\\\ end\\\\")
  }

  @Test func familiesAreCounted() {
    let text = (0..<ExpositionFile.familyLimit + 5).map { "f\($0) 1\n" }.joined()
    let file = ExpositionFile(parsing: Array(text.utf8))
    #expect(file.families.count == ExpositionFile.familyLimit)
    #expect(file.dropped >= 5)
  }
}
