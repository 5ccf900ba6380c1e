import NIOCore

/// Writes sentences to the device.
enum SentenceEncoder {
  /// Appends the sentence of `words` to `buffer`. An empty word would end the sentence early, so it is an error, as is a word or sentence
  /// that is longer than `limits` allow.
  static func encode(_ words: [String], limits: ProtocolLimits, into buffer: inout ByteBuffer) throws(UnsendableSentence) {
    guard !words.isEmpty, words.count <= limits.wordsPerSentence else { throw .wordCount(words.count) }
    var total = 1
    for word in words {
      let bytes = word.utf8.count
      guard bytes > 0 else { throw .emptyWord }
      guard bytes <= limits.wordBytes, bytes <= UInt32.max else { throw .wordTooLong(bytes: bytes) }
      total += bytes + 5
    }
    guard total <= limits.sentenceBytes else { throw .sentenceTooLong(bytes: total) }
    buffer.reserveCapacity(minimumWritableBytes: total)
    for word in words {
      WordLength.encode(UInt32(word.utf8.count)) { buffer.writeInteger($0) }
      buffer.writeString(word)
    }
    buffer.writeInteger(UInt8(0))
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
