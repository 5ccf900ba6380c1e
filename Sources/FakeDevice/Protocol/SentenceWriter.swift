/// Puts sentences together as the bytes of a connection.
struct SentenceWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  mutating func word(_ text: String) {
    length(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// `=name=value` without building it first.
  mutating func attribute(_ name: String, _ value: String) { attribute(name, bytes: value.utf8) }

  mutating func attribute(_ name: String, bytes value: some Collection<UInt8>) {
    length(name.utf8.count + value.count + 2)
    bytes.append(UInt8(ascii: "="))
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: "="))
    bytes.append(contentsOf: value)
  }

  /// Ends the sentence, with the tag of the command that it answers.
  mutating func end(tag: String?) {
    if let tag { word(".tag=" + tag) }
    bytes.append(0)
  }

  mutating func sentence(_ words: String..., tag: String?) {
    for text in words { word(text) }
    end(tag: tag)
  }

  private mutating func length(_ value: Int) {
    switch value {
    case 0..<0x80: bytes.append(UInt8(value))
    case 0..<0x4000: bytes += [UInt8(0x80 | value >> 8), UInt8(value & 0xFF)]
    case 0..<0x20_0000: bytes += [UInt8(0xC0 | value >> 16), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    default:
      bytes += [
        UInt8(0xE0 | value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF),
      ]
    }
  }
}
