/// A second, independent writing of the RouterOS API's framing, so that a mistake in the product cannot cancel itself out in a test.
package enum WireCodec {
  package static func word(_ content: [UInt8]) -> [UInt8] {
    length(content.count) + content
  }

  package static func length(_ count: Int) -> [UInt8] {
    func bytes(_ value: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8((value >> (8 * (size - 1 - $0))) & 0xFF) }
    }
    if count < 1 << 7 { return bytes(count, 1) }
    if count < 1 << 14 { return bytes(count + (0b10 << 14), 2) }
    if count < 1 << 21 { return bytes(count + (0b110 << 21), 3) }
    if count < 1 << 28 { return bytes(count + (0b1110 << 28), 4) }
    return [0xF0] + bytes(count, 4)
  }

  package static func sentence(_ words: [String]) -> [UInt8] {
    words.flatMap { word(Array($0.utf8)) } + [0]
  }

  /// Takes the first whole sentence out of `bytes`; `nil` when there is none yet.
  package static func takeSentence(from bytes: inout [UInt8]) -> [String]? {
    var words: [String] = []
    var position = 0
    while position < bytes.count {
      let first = Int(bytes[position])
      let extra = first < 0x80 ? 0 : first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      guard position + extra < bytes.count else { return nil }
      let mask = [0x7F, 0x3F, 0x1F, 0x0F, 0x00][extra]
      let count = bytes[(position + 1)..<(position + 1 + extra)].reduce(first & mask) { $0 << 8 | Int($1) }
      let start = position + 1 + extra
      guard start + count <= bytes.count else { return nil }
      if count == 0 {
        bytes.removeFirst(start)
        return words
      }
      words.append(String(decoding: bytes[start..<(start + count)], as: UTF8.self))
      position = start + count
    }
    return nil
  }
}
