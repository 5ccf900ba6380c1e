import Shared
import TestSupport
import Testing

/// The quick reader of sample lines says what the thorough one says.
@Suite struct LineScanTests {
  private static func scan(_ text: [UInt8]) -> (isSample: Bool, name: [UInt8], labels: [[UInt8]], value: [UInt8], isPlain: Bool) {
    var scan = LineScan()
    return text.withUnsafeBufferPointer { line in
      guard scan.read(line) else { return (false, [], [], [], false) }
      return (
        true, Array(line[scan.name]), scan.labels.flatMap { [Array(line[$0.name]), Array(line[$0.value])] },
        Array(line[scan.value]), scan.isPlain
      )
    }
  }

  private static func agree(_ text: [UInt8]) {
    let quick = scan(text)
    let thorough = SampleLine(text[...])
    #expect(quick.isSample == (thorough != nil), "\(String(decoding: text, as: UTF8.self).debugDescription)")
    guard let thorough, quick.isSample else { return }
    #expect(quick.name == Array(thorough.name.utf8))
    #expect(quick.labels == thorough.labels.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] })
    #expect(quick.value == Array(thorough.value.utf8))
    if quick.isPlain {
      var again: [UInt8] = []
      thorough.append(adding: [], to: &again)
      #expect(again == text + [UInt8(ascii: "\n")])
    }
  }

  @Test(arguments: [
    "a 1", "a{} 1", "a{b=\"c\"} 1", "a{b=\"c\",d=\"e\"} -1.5e3", " a 1", "a  1", "a\t1", "a{b=\"c\"}1", "a{b=\"c\"}  1",
    "a{ b=\"c\"} 1",
    "a{b=\"c\",} 1", "a{,} 1", "a{b=\"c\" ,d=\"\"} NaN", "a{b=\"\\\\\\\"\\n\"} +Inf", "a{b=\"\\x\"} 1", "a{b=\"c\"} 1 5",
    "a 1 5 6", "a 1 ",
    "a", "a ", "", "9a 1", "a:b 1", "a{b:c=\"1\"} 1", "a{__b=\"\"} 1", "a{_b=\"\"} 1", "a{b=\"1\",b=\"2\"} 1", "a 0x1", "a 1.",
    "a .5",
    "a -", "a 1.2.3", "a 1_000", "a{b=\"ā\"} 1", "a{b=\"c\"", "a{b=\"c", "a1 1", "a 12a", "a\u{0}b 1", "a{b=\"\u{0}\"} 1",
    "a 1\r",
  ])
  func judgesAsTheThoroughReader(_ text: String) { Self.agree(Array(text.utf8)) }

  @Test func judgesAnythingAsTheThoroughReader() {
    var mutator = SeededGenerator(seed: 5)
    let alphabet = Array("ab_:9{}=\"\\, \t1.eN+-n".utf8) + [0xFF, 0x00, 0xC3, 0xA4]
    let seeds = ["a{b=\"c\",_d=\"e\\n\"} 1.5 7", "abc_1{a=\"\"} NaN", "a 1"].map { Array($0.utf8) }
    for round in 0..<20_000 {
      var text = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 0...3, using: &mutator) where !text.isEmpty {
        let place = text.indices.randomElement(using: &mutator) ?? 0
        switch Int.random(in: 0...2, using: &mutator) {
        case 0: text[place] = alphabet.randomElement(using: &mutator) ?? 0
        case 1: text.insert(alphabet.randomElement(using: &mutator) ?? 0, at: place)
        default: text.remove(at: place)
        }
      }
      Self.agree(text)
    }
  }

  @Test func identityKnowsNoOrderAndNoEmptyLabel() {
    func identity(_ text: String) -> Int {
      var scan = LineScan()
      return Array(text.utf8).withUnsafeBufferPointer { line in
        let isSample = scan.read(line)
        #expect(isSample)
        return scan.identity(line)
      }
    }
    #expect(identity("a{b=\"1\",c=\"2\",d=\"\"} 1") == identity("a{c=\"2\",b=\"1\"} 2"))
    #expect(identity("a{b=\"1\",c=\"2\"} 1") != identity("a{b=\"2\",c=\"1\"} 1"))
    #expect(identity("a{bc=\"1\"} 1") != identity("a{b=\"c1\"} 1"))
    #expect(identity("a{b=\"1\"} 1") != identity("a 1"))
  }

  @Test func labelsAreCountedBeforeTheyAreCompared() {
    let many = "a{" + (0..<LineScan.labelLimit + 1).map { "l\($0)=\"x\"" }.joined(separator: ",") + "} 1"
    #expect(!Self.scan(Array(many.utf8)).isSample)
  }
}
