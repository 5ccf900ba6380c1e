/// The length that precedes every word: 1 to 5 bytes, most significant first (MikroTik documentation, "API", section "API words").
///
/// | first byte | bytes | length |
/// |---|---|---|
/// | `0xxxxxxx` | 1 | up to 0x7F |
/// | `10xxxxxx` | 2 | up to 0x3FFF |
/// | `110xxxxx` | 3 | up to 0x1F_FFFF |
/// | `1110xxxx` | 4 | up to 0xFFF_FFFF |
/// | `11110xxx` | 5 | up to 0x7_FFFF_FFFF |
/// | `11111xxx` | – | reserved control byte |
enum WordLength {
  /// How many bytes the prefix beginning with `first` has; `nil` for a reserved control byte.
  static func prefixBytes(first: UInt8) -> Int? {
    switch first {
    case 0x00...0x7F: 1
    case 0x80...0xBF: 2
    case 0xC0...0xDF: 3
    case 0xE0...0xEF: 4
    case 0xF0...0xF7: 5
    default: nil
    }
  }

  /// The part of the length that the first byte carries.
  static func highBits(first: UInt8, prefixBytes: Int) -> UInt64 {
    UInt64(first) & (0xFF >> UInt64(prefixBytes))
  }

  /// The shortest prefix for `length`.
  static func encode(_ length: UInt32, into output: (UInt8) -> Void) {
    switch length {
    case 0...0x7F:
      output(UInt8(length))
    case 0x80...0x3FFF:
      output(UInt8(length >> 8) | 0x80)
      output(UInt8(truncatingIfNeeded: length))
    case 0x4000...0x1F_FFFF:
      output(UInt8(length >> 16) | 0xC0)
      output(UInt8(truncatingIfNeeded: length >> 8))
      output(UInt8(truncatingIfNeeded: length))
    case 0x20_0000...0xFFF_FFFF:
      output(UInt8(length >> 24) | 0xE0)
      output(UInt8(truncatingIfNeeded: length >> 16))
      output(UInt8(truncatingIfNeeded: length >> 8))
      output(UInt8(truncatingIfNeeded: length))
    default:
      output(0xF0)
      for shift: UInt32 in [24, 16, 8, 0] { output(UInt8(truncatingIfNeeded: length >> shift)) }
    }
  }
}
