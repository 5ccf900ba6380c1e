import NIOCore

/// Writes sentences to the device.
enum SentenceEncoder {
  /// Appends the sentence of `words` to `buffer`. An empty word would end the sentence early, so it is an error, as is a word or sentence
  /// that is longer than `limits` allow.
  static func encode(_ words: [String], limits: ProtocolLimits, into buffer: inout ByteBuffer) throws(UnsendableSentence) {
    try encode(EncodedWords(words), limits: limits, into: &buffer)
  }

  /// Appends the sentence of a command with its tag.
  static func encode(
    _ query: MenuQuery, tag: UInt64, limits: ProtocolLimits, into buffer: inout ByteBuffer
  ) throws(UnsendableSentence) {
    var words = query.encodedWords
    words.append(".tag=\(tag)")
    try encode(words, limits: limits, into: &buffer)
  }

  private static func encode(
    _ words: EncodedWords, limits: ProtocolLimits, into buffer: inout ByteBuffer
  ) throws(UnsendableSentence) {
    guard words.count > 0, words.count <= limits.wordsPerSentence else { throw .wordCount(words.count) }
    guard !words.hasEmptyWord else { throw .emptyWord }
    guard words.longest <= limits.wordBytes, words.longest <= UInt32.max else { throw .wordTooLong(bytes: words.longest) }
    // With the longest prefix before each word.
    let total = words.length + 5 * words.count + 1
    guard total <= limits.sentenceBytes else { throw .sentenceTooLong(bytes: total) }
    buffer.reserveCapacity(minimumWritableBytes: words.bytes.count + 1)
    buffer.writeBytes(words.bytes)
    buffer.writeInteger(UInt8(0))
  }
}

/// The words of a sentence as they are sent, each behind its length; the empty word that ends a sentence is not among them.
struct EncodedWords: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0
  /// Bytes of all words, without their lengths.
  private(set) var length = 0
  /// Bytes of the longest word.
  private(set) var longest = 0
  private(set) var hasEmptyWord = false

  init(_ words: [String]) {
    for word in words { append(word) }
  }

  mutating func append(_ word: String) {
    let size = word.utf8.count
    count += 1
    length += size
    longest = max(longest, size)
    hasEmptyWord = hasEmptyWord || size == 0
    // A longer one cannot be written: it is refused.
    guard let encodable = UInt32(exactly: size) else { return }
    WordLength.encode(encodable) { bytes.append($0) }
    bytes += word.utf8
  }
}

/// A command of ours that cannot be sent as it is.
enum UnsendableSentence: Error, Equatable, Sendable {
  case wordCount(Int)
  case emptyWord
  case wordTooLong(bytes: Int)
  case sentenceTooLong(bytes: Int)
}

extension UnsendableSentence: CustomStringConvertible {
  var description: String {
    switch self {
    case .wordCount(let count): "it has \(count) words"
    case .emptyWord: "it has an empty word"
    case .wordTooLong(let bytes): "it has a word of \(bytes) bytes"
    case .sentenceTooLong(let bytes): "it has \(bytes) bytes"
    }
  }
}
