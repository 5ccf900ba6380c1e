/// Bytes that cannot come from a RouterOS API, or that are more than we accept. The session cannot go on after one.
enum ProtocolViolation: Error, Equatable, Sendable {
  /// A length prefix began with 0xF8 or more, which the protocol reserves.
  case reservedControlByte(UInt8)
  case wordTooLong(bytes: UInt64, limit: Int)
  case tooManyWords(limit: Int)
  case sentenceTooLong(limit: Int)
  /// The first word of a reply did not begin with `!`: the first bytes of it, as far as they had arrived.
  case notAReply([UInt8])
}

extension ProtocolViolation: CustomStringConvertible {
  var description: String {
    switch self {
    case .reservedControlByte(let byte):
      "a length prefix begins with the reserved byte 0x\(String(byte, radix: 16, uppercase: true))"
    case .wordTooLong(let bytes, let limit):
      "a word of \(bytes) bytes, more than the \(limit) accepted"
    case .tooManyWords(let limit):
      "a sentence of more than the \(limit) words accepted"
    case .sentenceTooLong(let limit):
      "a sentence of more than the \(limit) bytes accepted"
    case .notAReply(let bytes):
      "bytes that are no RouterOS API reply, beginning with \"\(Self.printable(bytes))\""
    }
  }

  /// ASCII as it is, anything else as `\xNN`: the text comes from a stranger and goes to a terminal.
  private static func printable(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes {
      if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "\"") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return text
  }
}
