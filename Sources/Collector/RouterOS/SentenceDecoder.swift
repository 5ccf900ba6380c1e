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
    while let length = try nextWordLength() {
      let start = scanned + length.prefix
      guard buffer.readableBytes >= start + length.word else { return nil }
      scanned = start + length.word
      if length.word > 0 {
        words.append(start..<scanned)
      } else if let sentence = finishSentence() {
        return sentence
      }
    }
    return nil
  }

  /// The length at `scanned`, checked against every limit; `nil` while its prefix is incomplete.
  private mutating func nextWordLength() throws(ProtocolViolation) -> (prefix: Int, word: Int)? {
    let position = buffer.readerIndex + scanned
    guard let first = buffer.getInteger(at: position, as: UInt8.self) else {
      if scanned == 0 { buffer = ByteBuffer() }  // all consumed: let go of the piece
      return nil
    }
    guard let prefix = WordLength.prefixBytes(first: first) else { throw .reservedControlByte(first) }
    guard buffer.readableBytes >= scanned + prefix else { return nil }
    var length = WordLength.highBits(first: first, prefixBytes: prefix)
    for offset in 1..<max(prefix, 1) {
      guard let byte = buffer.getInteger(at: position + offset, as: UInt8.self) else { return nil }
      length = length << 8 | UInt64(byte)
    }
    guard length <= UInt64(limits.wordBytes) else { throw .wordTooLong(bytes: length, limit: limits.wordBytes) }
    let word = Int(length)
    guard scanned + prefix + word <= limits.sentenceBytes else { throw .sentenceTooLong(limit: limits.sentenceBytes) }
    if word > 0 {
      guard words.count < limits.wordsPerSentence else { throw .tooManyWords(limit: limits.wordsPerSentence) }
      if words.isEmpty { try checkReplyWord(at: position + prefix, length: word) }
    }
    return (prefix, word)
  }

  /// Another protocol's greeting is told from a reply by its first byte, instead of by waiting for the rest of a "word".
  private func checkReplyWord(at position: Int, length: Int) throws(ProtocolViolation) {
    guard let first = buffer.getInteger(at: position, as: UInt8.self), first != UInt8(ascii: "!") else { return }
    // The prefix belongs to what a person would recognise: "HTTP/1.1" has its "H" there.
    let available = min(buffer.readableBytes, 48)
    throw .notAReply(buffer.getBytes(at: buffer.readerIndex, length: available) ?? [])
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
