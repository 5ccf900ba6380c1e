import NIOCore

/// Turns the device's bytes into sentences, whatever pieces the bytes arrive in.
///
/// A piece is kept as it came (no copy) unless a sentence straddles pieces. The scan never goes back, so the cost is linear even when
/// bytes trickle in one by one, and nothing is allocated on the strength of a length that has merely been announced.
struct SentenceDecoder {
  private let limits: ProtocolLimits
  private var buffer = ByteBuffer()
  /// Words of the unfinished sentence, relative to the buffer's reader index, where that sentence begins.
  private var words: [Range<Int>] = []
  /// Where the next length prefix is, relative to the reader index.
  private var scanned = 0

  /// Sentences without a word, which the protocol says to ignore.
  private(set) var emptySentences: UInt64 = 0

  init(limits: ProtocolLimits = .standard) {
    self.limits = limits
  }

  /// Whether bytes of an unfinished sentence are held.
  var isMidSentence: Bool { buffer.readableBytes > 0 }

  mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.discardReadBytes()
      buffer.writeImmutableBuffer(bytes)
    }
  }

  /// The next complete sentence; `nil` when more bytes are needed. After an error the decoder is of no further use.
  mutating func next() throws(ProtocolViolation) -> Sentence? {
    while try scanSentence() {
      if let sentence = finishSentence() { return sentence }
    }
    if scanned == 0, buffer.readableBytes == 0 { buffer = ByteBuffer() }  // all consumed: let go of the piece
    return nil
  }

  /// Goes on to the end of the sentence, if it is there.
  private mutating func scanSentence() throws(ProtocolViolation) -> Bool {
    let result = buffer.withUnsafeReadableBytes { bytes -> Result<Bool, ProtocolViolation> in
      do throws(ProtocolViolation) {
        while let length = try nextWordLength(bytes) {
          let start = scanned + length.prefix
          guard bytes.count - start >= length.word else { return .success(false) }
          scanned = start + length.word
          if length.word == 0 { return .success(true) }
          words.append(start..<scanned)
        }
        return .success(false)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The length at `scanned`, checked against every limit; `nil` while its prefix is incomplete.
  private func nextWordLength(_ bytes: UnsafeRawBufferPointer) throws(ProtocolViolation) -> (prefix: Int, word: Int)? {
    guard scanned < bytes.count else { return nil }
    let first = bytes[scanned]
    guard let prefix = WordLength.prefixBytes(first: first) else { throw .reservedControlByte(first) }
    guard bytes.count - scanned >= prefix else { return nil }
    var length = WordLength.highBits(first: first, prefixBytes: prefix)
    for offset in 1..<max(prefix, 1) { length = length << 8 | UInt64(bytes[scanned + offset]) }
    guard length <= UInt64(limits.wordBytes) else { throw .wordTooLong(bytes: length, limit: limits.wordBytes) }
    let word = Int(length)
    guard scanned + prefix + word <= limits.sentenceBytes else { throw .sentenceTooLong(limit: limits.sentenceBytes) }
    if word > 0 {
      guard words.count < limits.wordsPerSentence else { throw .tooManyWords(limit: limits.wordsPerSentence) }
      if words.isEmpty { try Self.checkReplyWord(bytes, at: scanned + prefix) }
    }
    return (prefix, word)
  }

  /// Another protocol's greeting is told from a reply by its first byte, instead of by waiting for the rest of a "word".
  private static func checkReplyWord(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(ProtocolViolation) {
    guard place < bytes.count, bytes[place] != UInt8(ascii: "!") else { return }
    // The prefix belongs to what a person would recognise: "HTTP/1.1" has its "H" there.
    throw .notAReply(Array(bytes.prefix(48)))
  }

  /// Takes the sentence that ends at `scanned` out of the buffer; `nil` if it has no words.
  private mutating func finishSentence() -> Sentence? {
    defer {
      buffer.moveReaderIndex(forwardBy: scanned)
      words.removeAll(keepingCapacity: true)
      scanned = 0
    }
    guard !words.isEmpty else {
      emptySentences += 1
      return nil
    }
    return buffer.withUnsafeReadableBytes { Sentence($0, words: words, wireBytes: scanned) }
  }
}
