import TestSupport
import Testing

@testable import FakeDevice

@Suite struct SentenceTests {
  private static let sentences: [[String]] = [
    ["/interface/print", "=.proplist=name,rx-byte", "?type=ether", ".tag=1"],
    [String(repeating: "x", count: 127)], [String(repeating: "y", count: 128), "=ä=✓"],
    [String(repeating: "z", count: 16383)], [String(repeating: "w", count: 16384), "!"],
  ]

  @Test func readsEverySplitOfTheBytes() throws {
    let short = Self.sentences.prefix(3)
    let bytes = short.flatMap { WireCodec.sentence($0) }
    for split in 0...bytes.count {
      var reader = SentenceReader()
      var read: [[String]] = []
      for part in [bytes[..<split], bytes[split...]] {
        reader.append(part)
        while let sentence = try reader.next() { read.append(sentence) }
      }
      #expect(read == Array(short))
    }
  }

  @Test func readsByteByByte() throws {
    var reader = SentenceReader()
    var read: [[String]] = []
    for byte in Self.sentences.flatMap({ WireCodec.sentence($0) }) {
      reader.append([byte])
      while let sentence = try reader.next() { read.append(sentence) }
    }
    #expect(read == Self.sentences)
  }

  @Test func writesWhatAnotherImplementationReads() {
    var writer = SentenceWriter()
    for sentence in Self.sentences {
      for word in sentence { writer.word(word) }
      writer.end(tag: nil)
    }
    writer.word("!re")
    writer.attribute("name", "ether1")
    writer.end(tag: "a b")
    var bytes = writer.bytes
    for sentence in Self.sentences { #expect(WireCodec.takeSentence(from: &bytes) == sentence) }
    #expect(WireCodec.takeSentence(from: &bytes) == ["!re", "=name=ether1", ".tag=a b"])
    #expect(bytes.isEmpty)
  }

  @Test func skipsEmptySentences() throws {
    var reader = SentenceReader()
    reader.append([0, 0] + WireCodec.sentence(["/quit"]) + [0])
    #expect(try reader.next() == ["/quit"])
    #expect(try reader.next() == nil)
  }

  @Test func rejectsWordLongerThanLimitBeforeItComes() {
    var reader = SentenceReader()
    reader.append(WireCodec.length(SentenceReader.wordLimit + 1))
    #expect(throws: SentenceReader.Problem.wordTooLong) { try reader.next() }
    var huge = SentenceReader()
    huge.append([0xF0, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(throws: SentenceReader.Problem.wordTooLong) { try huge.next() }
  }

  @Test(arguments: [0xF1, 0xF8, 0xFF] as [UInt8]) func rejectsControlBytes(_ byte: UInt8) {
    var reader = SentenceReader()
    reader.append([byte, 0, 0, 0, 0])
    #expect(throws: SentenceReader.Problem.controlByte) { try reader.next() }
  }

  @Test func rejectsSentenceOfTooManyWords() {
    var reader = SentenceReader()
    for _ in 0...SentenceReader.wordCountLimit { reader.append(WireCodec.word([0x61])) }
    #expect(throws: SentenceReader.Problem.sentenceTooLong) { try reader.next() }
  }

  @Test func survivesRandomBytes() {
    var random = SeededGenerator(seed: 99)
    for _ in 0..<2000 {
      var reader = SentenceReader()
      reader.append((0..<200).map { _ in UInt8.random(in: 0...255, using: &random) })
      // Sentences or a problem: both are answers.
      while let words = try? reader.next() { #expect(!words.isEmpty) }
    }
  }
}
