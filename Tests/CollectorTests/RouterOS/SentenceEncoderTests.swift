import NIOCore
import TestSupport
import Testing

@testable import Collector

@Suite struct SentenceEncoderTests {
  private func encode(_ words: [String], _ limits: ProtocolLimits = .standard) throws -> [UInt8] {
    var buffer = ByteBuffer()
    try SentenceEncoder.encode(words, limits: limits, into: &buffer)
    return Array(buffer.readableBytesView)
  }

  @Test(arguments: [1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1F_FFFF, 0x20_0000])
  func writesEveryLengthClass(length: Int) throws {
    let limits = ProtocolLimits(wordBytes: 1 << 22, sentenceBytes: 1 << 23)
    let words = ["/x", String(repeating: "w", count: length)]
    #expect(try encode(words, limits) == WireCodec.sentence(words))
  }

  @Test(arguments: [(0xFFF_FFFF, [0xEF, 0xFF, 0xFF, 0xFF]), (0x1000_0000, [0xF0, 0x10, 0, 0, 0])] as [(UInt32, [UInt8])])
  func writesLengthsTooLongToTryOut(length: UInt32, expected: [UInt8]) {
    var bytes: [UInt8] = []
    WordLength.encode(length) { bytes.append($0) }
    #expect(bytes == expected)
  }

  @Test func refusesWhatWouldNotArriveAsMeant() {
    let limits = ProtocolLimits(wordBytes: 4, wordsPerSentence: 2, sentenceBytes: 16)
    #expect(throws: UnsendableSentence.emptyWord) { try encode(["/x", ""]) }
    #expect(throws: UnsendableSentence.wordCount(0)) { try encode([]) }
    #expect(throws: UnsendableSentence.wordCount(3)) { try encode(["a", "b", "c"], limits) }
    #expect(throws: UnsendableSentence.wordTooLong(bytes: 5)) { try encode(["12345"], limits) }
    #expect(throws: UnsendableSentence.sentenceTooLong(bytes: 19)) { try encode(["1234", "1234"], limits) }
  }

  @Test func sendsAQueryWithItsTagAsOftenAsItIsAsked() throws {
    let query = MenuQuery(path: "/interface", properties: ["name", String(repeating: "x", count: 200)], queries: ["type=ether"])
    for tag: UInt64 in [1, 1_000_000] {
      var buffer = ByteBuffer()
      try SentenceEncoder.encode(query, tag: tag, limits: .standard, into: &buffer)
      #expect(Array(buffer.readableBytesView) == WireCodec.sentence(query.words + [".tag=\(tag)"]))
    }
    var buffer = ByteBuffer()
    #expect(throws: UnsendableSentence.wordCount(4)) {
      try SentenceEncoder.encode(query, tag: 1, limits: ProtocolLimits(wordsPerSentence: 3), into: &buffer)
    }
    #expect(throws: UnsendableSentence.emptyWord) {
      try SentenceEncoder.encode(MenuQuery(path: "", command: ""), tag: 1, limits: .standard, into: &buffer)
    }
    #expect(buffer.readableBytes == 0)
  }

  @Test func putsAQueryIntoWords() {
    let query = MenuQuery(
      path: "/interface", properties: ["name", "rx-byte"], attributes: [("stats", ""), ("interval", "1")],
      queries: ["type=ether", "#!"])
    #expect(query.words == ["/interface/print", "=.proplist=name,rx-byte", "=stats=", "=interval=1", "?type=ether", "?#!"])
    #expect(MenuQuery(path: "/", command: "quit").words == ["/quit"])
    #expect(MenuQuery(path: "/system/reboot", command: "").words == ["/system/reboot"])
  }
}
