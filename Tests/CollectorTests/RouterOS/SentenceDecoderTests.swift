import NIOCore
import TestSupport
import Testing

@testable import Collector

@Suite struct SentenceDecoderTests {
  /// Feeds `pieces` one after the other and takes out what is there after each.
  static func decode(_ pieces: [ArraySlice<UInt8>], _ limits: ProtocolLimits = .standard) throws -> [Sentence] {
    var decoder = SentenceDecoder(limits: limits)
    var sentences: [Sentence] = []
    for piece in pieces {
      decoder.append(ByteBuffer(bytes: piece))
      while let sentence = try decoder.next() { sentences.append(sentence) }
    }
    #expect(!decoder.isMidSentence)
    return sentences
  }

  static func violation(_ bytes: [UInt8], _ limits: ProtocolLimits = .standard) -> ProtocolViolation? {
    do {
      _ = try decode([bytes[...]], limits)
      return nil
    } catch {
      return error as? ProtocolViolation
    }
  }

  static let twoSentences =
    WireCodec.sentence(["!re", ".tag=7", "=name=ether1", "=comment=", "=mtu=1500", "=note=a=b=c"])
    + WireCodec.sentence(["!done", ".tag=7", "=ret=" + String(repeating: "x", count: 300)])

  @Test func readsFieldsTagsAndEmptyValues() throws {
    let sentences = try Self.decode([Self.twoSentences[...]])
    try #require(sentences.count == 2)
    #expect(sentences[0].kind == .row)
    #expect(sentences[0].tag == .number(7))
    #expect(
      sentences[0].fields == [
        .init(name: "name", value: "ether1"), .init(name: "comment", value: ""), .init(name: "mtu", value: "1500"),
        .init(name: "note", value: "a=b=c"),
      ])
    #expect(sentences[1].kind == .done)
    #expect(sentences[1]["ret"]?.count == 300)
    #expect(sentences[1]["absent"] == nil)
    #expect(sentences[0].bytes + sentences[1].bytes == Self.twoSentences.count)
  }

  @Test func givesTheSameForEveryCut() throws {
    let bytes = Self.twoSentences
    let whole = try Self.decode([bytes[...]])
    for cut in 0...bytes.count {
      #expect(try Self.decode([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
    }
  }

  @Test func givesTheSameForEveryPairOfCuts() throws {
    let bytes = WireCodec.sentence(["!re", ".tag=1", "=a=" + String(repeating: "b", count: 130)]) + WireCodec.sentence(["!done"])
    let whole = try Self.decode([bytes[...]])
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
        guard try Self.decode(pieces) == whole else {
          Issue.record("cut at \(first) and \(second)")
          return
        }
      }
    }
  }

  @Test func givesTheSameByteByByte() throws {
    let bytes = Self.twoSentences
    #expect(try Self.decode(bytes.indices.map { bytes[$0...$0] }) == Self.decode([bytes[...]]))
  }

  @Test(arguments: [1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1F_FFFF, 0x20_0000])
  func readsWordsOfEveryLengthClass(length: Int) throws {
    var limits = ProtocolLimits.standard
    limits.wordBytes = 0x20_0000
    limits.sentenceBytes = 0x30_0000
    let text = String(repeating: "v", count: length)
    let bytes = WireCodec.sentence(["!re", text, "=after=1"])
    // Cuts around the prefix and the ends of the word, and some inside.
    for cut in Set([
      0, 1, 3, 4, 5, 6, 7, 8, 9, length / 2, length + 3, length + 4, bytes.count - 10, bytes.count - 1, bytes.count,
    ])
    where cut >= 0 && cut <= bytes.count {
      let sentences = try Self.decode([bytes[..<cut], bytes[cut...]], limits)
      #expect(sentences.count == 1)
      #expect(sentences.first?.text == [text], "cut at \(cut)")
      #expect(sentences.first?["after"] == "1")
    }
  }

  @Test(arguments: [0x7F, 0x80, 0x3FFF, 0x4000])
  func readsLongWordsByteByByte(length: Int) throws {
    let bytes = WireCodec.sentence(["!re", String(repeating: "v", count: length)])
    let sentences = try Self.decode(bytes.indices.map { bytes[$0...$0] })
    #expect(sentences.first?.text.first?.utf8.count == length)
  }

  @Test func readsFiveByteLengths() throws {
    let bytes: [UInt8] = [0xF0, 0, 0, 0, 3] + Array("!re".utf8) + [0xF0, 0, 0, 0, 4] + Array("=a=1".utf8) + [0]
    for cut in 0...bytes.count {
      #expect(try Self.decode([bytes[..<cut], bytes[cut...]]).first?["a"] == "1")
    }
  }

  @Test func readsLengthsThatAreWrittenLongerThanNeeded() throws {
    let bytes: [UInt8] = [0x80, 3] + Array("!re".utf8) + [0xC0, 0, 4] + Array("=a=1".utf8) + [0xE0, 0, 0, 0]
    #expect(try Self.decode([bytes[...]]).first?["a"] == "1")
  }

  @Test func rejectsAWordOfFourGigabytesFromItsLengthAlone() {
    #expect(
      Self.violation([0xF0, 0xFF, 0xFF, 0xFF, 0xFF]) == .wordTooLong(bytes: 0xFFFF_FFFF, limit: ProtocolLimits.standard.wordBytes)
    )
    #expect(Self.violation([0xF7, 0xFF, 0xFF, 0xFF, 0xFF]) == .wordTooLong(bytes: 0x7_FFFF_FFFF, limit: 1 << 20))
  }

  @Test(arguments: UInt8(0xF8)...0xFF)
  func rejectsReservedControlBytes(byte: UInt8) {
    #expect(Self.violation([byte]) == .reservedControlByte(byte))
    #expect(Self.violation([3] + Array("!re".utf8) + [byte]) == .reservedControlByte(byte))
  }

  @Test func enforcesEveryLimitAndAcceptsItExactly() throws {
    let limits = ProtocolLimits(wordBytes: 10, wordsPerSentence: 3, sentenceBytes: 25)
    #expect(try Self.decode([WireCodec.sentence(["!re", "=a=3456789"])[...]], limits).count == 1)
    #expect(Self.violation(WireCodec.sentence(["!re", "=a=34567890"]), limits) == .wordTooLong(bytes: 11, limit: 10))
    #expect(try Self.decode([WireCodec.sentence(["!re", "=a=1", "=b=1"])[...]], limits).count == 1)
    #expect(Self.violation(WireCodec.sentence(["!re", "=a=1", "=b=1", "=c=1"]), limits) == .tooManyWords(limit: 3))
    #expect(try Self.decode([WireCodec.sentence(["!re", "=a=345678", "=b=345678"])[...]], limits).first?.bytes == 25)
    #expect(Self.violation(WireCodec.sentence(["!re", "=a=3456789", "=b=345678"]), limits) == .sentenceTooLong(limit: 25))
  }

  /// A web server's, an SSH server's, a TLS server's alert, and our own words sent back.
  @Test(arguments: ["HTTP/1.1 400 Bad Request", "SSH-2.0-ROSSSH", "\u{15}\u{3}\u{3}\u{0}\u{2}", "/login"].map { Array($0.utf8) })
  func recognisesAnotherProtocolByItsFirstBytes(bytes: [UInt8]) {
    guard case .notAReply(let shown) = Self.violation(bytes) else {
      Issue.record("accepted")
      return
    }
    #expect(shown == Array(bytes.prefix(48)))
  }

  @Test func ignoresEmptySentences() throws {
    var decoder = SentenceDecoder()
    decoder.append(ByteBuffer(bytes: [0, 0, 0] + WireCodec.sentence(["!done"]) + [0]))
    #expect(try decoder.next()?.kind == .done)
    #expect(try decoder.next() == nil)
    #expect(decoder.emptySentences == 4)
    #expect(!decoder.isMidSentence)
  }

  @Test func keepsUnknownReplyWordsAndLooseWords() throws {
    let sentences = try Self.decode([
      (WireCodec.sentence(["!later", "x"]) + WireCodec.sentence(["!fatal", "not logged in"]))[...]
    ])
    #expect(sentences.map(\.kind) == [.unknown("!later"), .fatal])
    #expect(sentences.last?.fatalText == "not logged in")
  }

  @Test func readsTextThatIsNotUTF8AsLatin1() throws {
    let word: [UInt8] = Array("=comment=caf".utf8) + [0xE9]
    let bytes = WireCodec.word(Array("!re".utf8)) + WireCodec.word(word) + [0]
    #expect(try Self.decode([bytes[...]]).first?["comment"] == "café")
    #expect(try Self.decode([WireCodec.sentence(["!re", "=comment=Rīga 🦊"])[...]]).first?["comment"] == "Rīga 🦊")
  }

  @Test func readsOddWords() throws {
    let sentence = try Self.decode([WireCodec.sentence(["!re", "=", "==", "=a", ".", ".x", ".tag", ".tag=z", "=.id=*1"])[...]])
      .first
    #expect(sentence?.tag == .foreign)
    #expect(sentence?.fields.map(\.name) == ["", "", "a", ".", ".x", ".id"])
    #expect(sentence?.fields.map(\.value) == ["", "", "", "", "", "*1"])
  }

  @Test func survivesRandomBytes() {
    var random = SeededGenerator(seed: 20_240_607)
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random) { bytes = [3] + Array("!re".utf8) + bytes }
      var decoder = SentenceDecoder()
      var rest = bytes[...]
      do throws(ProtocolViolation) {
        while !rest.isEmpty {
          let count = Int.random(in: 1...rest.count, using: &random)
          decoder.append(ByteBuffer(bytes: rest.prefix(count)))
          rest = rest.dropFirst(count)
          while let sentence = try decoder.next() { #expect(sentence.bytes <= bytes.count) }
        }
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  private static let corpus =
    [twoSentences, WireCodec.sentence(["!trap", "=message=no such command", "=category=0", ".tag=18446744073709551615"])]
    + [
      WireCodec.sentence(["!fatal", "not logged in"]), WireCodec.sentence(["!empty", ".tag=1"]) + [0, 0],
      WireCodec.sentence(["!re", "=comment=" + String(repeating: "é", count: 9000)]),
    ]

  @Test(arguments: 1...8 as ClosedRange<UInt64>) func damagedSentencesGiveSentencesOrErrorsWhateverTheCuts(seed: UInt64) {
    let dictionary =
      [[0], [0x80], [0x80, 0x00], [0xC0, 0x40, 0x00], [0xE0, 0x10, 0, 0], [0xF0, 0xFF, 0xFF, 0xFF, 0xFF], [0xF8], [0xFF]]
      + ["!re", "!done", "=", ".tag=", "=ret="].map { WireCodec.word(Array($0.utf8)) }
    var mutator = Mutator(seed: seed, corpus: Self.corpus, dictionary: dictionary)
    for _ in 0..<Mutator.rounds * 2 {
      let bytes = mutator.next()
      #expect(Self.outcome([bytes[...]]) == Self.outcome(mutator.pieces(of: bytes)), "\(bytes.prefix(200))")
    }
  }

  /// All that decoding gives: sentences, then how it stopped. What is shown of garbage depends on how much of it was there.
  static func outcome(_ pieces: [ArraySlice<UInt8>]) -> String {
    var decoder = SentenceDecoder()
    var text = ""
    do throws(ProtocolViolation) {
      for piece in pieces {
        decoder.append(ByteBuffer(bytes: piece))
        while let sentence = try decoder.next() { text += "\(sentence)\n" }
      }
      return text + "waiting: \(decoder.isMidSentence)"
    } catch .notAReply {
      return text + "garbage"
    } catch {
      return text + "\(error)"
    }
  }
}
