/// Writes the few JSON forms that hot paths need, without an encoder's detours.
package enum JSONText {
  /// A string with everything escaped that JSON asks for, and `<`, so that it can stand in a page.
  package static func append(string: String, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0..<0x20, UInt8(ascii: "<"):
        text += "\\u00".utf8
        text.append(hexDigits[Int(byte >> 4)])
        text.append(hexDigits[Int(byte & 15)])
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  /// A number, or `null`.
  package static func append(_ value: UInt64?, to text: inout [UInt8]) {
    guard var rest = value else {
      text += "null".utf8
      return
    }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var at = buffer.count
      repeat {
        at -= 1
        buffer[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      text.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[at...]))
    }
  }

  /// Epoch seconds with milliseconds; a time that is no number, or before 1970, becomes 0.
  package static func append(seconds: Double, to text: inout [UInt8]) {
    let milliseconds = seconds.isFinite && seconds > 0 ? UInt64(min(seconds * 1000, 9e15).rounded()) : 0
    append(milliseconds / 1000, to: &text)
    let rest = milliseconds % 1000
    guard rest > 0 else { return }
    text.append(UInt8(ascii: "."))
    text.append(UInt8(ascii: "0") + UInt8(rest / 100))
    text.append(UInt8(ascii: "0") + UInt8(rest / 10 % 10))
    text.append(UInt8(ascii: "0") + UInt8(rest % 10))
  }

  /// A finite number in its shortest exact form, or `null`.
  package static func append(_ value: Double?, to text: inout [UInt8]) {
    guard let value, value.isFinite else {
      text += "null".utf8
      return
    }
    if value.rounded() == value, abs(value) < 9e15 {
      if value < 0 { text.append(UInt8(ascii: "-")) }
      append(UInt64(abs(value)), to: &text)
    } else {
      text += value.description.utf8
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)
}
