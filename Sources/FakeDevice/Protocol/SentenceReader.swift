/// Takes the bytes of a connection and gives sentences: lists of words, each with its length in front (RouterOS API).
struct SentenceReader {
  /// Why a peer's bytes are no API.
  enum Problem: String, Error, Equatable {
    case wordTooLong = "word is too long"
    case sentenceTooLong = "sentence is too long"
    case controlByte = "reserved control byte"
  }

  static let wordLimit = 64 << 10
  static let sentenceLimit = 1 << 20
  static let wordCountLimit = 4096

  private var pending: [UInt8] = []
  private var position = 0
  private var words: [String] = []
  private var size = 0

  mutating func append(_ bytes: some Sequence<UInt8>) {
    if position > 0 {
      pending.removeFirst(position)
      position = 0
    }
    pending += bytes
  }

  /// The next complete sentence, `nil` when more bytes are needed. Empty sentences are skipped.
  mutating func next() throws(Problem) -> [String]? {
    while let length = try length() {
      guard length.value <= Self.wordLimit else { throw .wordTooLong }
      guard pending.count - position >= length.width + length.value else { return nil }
      let start = position + length.width
      position = start + length.value
      if length.value == 0 {
        guard !words.isEmpty else { continue }
        defer { words = []; size = 0 }
        return words
      }
      size += length.value
      guard size <= Self.sentenceLimit, words.count < Self.wordCountLimit else { throw .sentenceTooLong }
      words.append(String(decoding: pending[start..<position], as: UTF8.self))
    }
    return nil
  }

  /// The length in front of the next word: 1 to 5 bytes, the number of leading ones in the first byte saying how many more.
  private func length() throws(Problem) -> (value: Int, width: Int)? {
    guard position < pending.count else { return nil }
    let first = pending[position]
    let width: Int
    switch first {
    case 0x00...0x7F: width = 1
    case 0x80...0xBF: width = 2
    case 0xC0...0xDF: width = 3
    case 0xE0...0xEF: width = 4
    case 0xF0: width = 5
    default: throw .controlByte
    }
    guard pending.count - position >= width else { return nil }
    var value = width == 5 ? 0 : Int(first) & (0xFF >> width)
    for index in 1..<max(width, 1) { value = value << 8 | Int(pending[position + index]) }
    return (value, width)
  }
}
