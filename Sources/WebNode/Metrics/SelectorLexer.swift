/// Why a text is no selector, and where.
struct SelectorError: Error, Equatable {
  var message: String
  /// Bytes before the place.
  var offset: Int
}

/// Cuts a selector into tokens (Prometheus: promql/parser/lex.go).
struct SelectorLexer {
  enum Token: Equatable {
    case name([UInt8])
    /// What it stands for, escapes resolved.
    case string([UInt8])
    case open, close, comma, equal, unequal, matching, notMatching, end
  }

  private let text: [UInt8]
  private(set) var offset = 0
  /// Where the token read last began.
  private(set) var start = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func next() throws(SelectorError) -> Token {
    skipBlanks()
    start = offset
    guard offset < text.count else { return .end }
    let byte = text[offset]
    switch byte {
    case UInt8(ascii: "{"): return single(.open)
    case UInt8(ascii: "}"): return single(.close)
    case UInt8(ascii: ","): return single(.comma)
    case UInt8(ascii: "="):
      offset += 1
      return take(UInt8(ascii: "~")) ? .matching : .equal
    case UInt8(ascii: "!"):
      offset += 1
      if take(UInt8(ascii: "=")) { return .unequal }
      if take(UInt8(ascii: "~")) { return .notMatching }
      throw SelectorError(message: "a ! that is neither != nor !~", offset: start)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try quoted(byte))
    case UInt8(ascii: "`"): return .string(try raw())
    default:
      while offset < text.count, Self.isNameByte(text[offset], first: offset == start) { offset += 1 }
      guard offset > start else { throw SelectorError(message: "a character that belongs to no selector", offset: start) }
      return .name(Array(text[start..<offset]))
    }
  }

  private mutating func single(_ token: Token) -> Token {
    offset += 1
    return token
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard offset < text.count, text[offset] == byte else { return false }
    offset += 1
    return true
  }

  /// Blanks, and comments to the end of their line.
  private mutating func skipBlanks() {
    while offset < text.count {
      switch text[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      case UInt8(ascii: "#"): while offset < text.count, text[offset] != 0x0A { offset += 1 }
      default: return
      }
    }
  }

  static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
    default: false
    }
  }

  private mutating func raw() throws(SelectorError) -> [UInt8] {
    offset += 1
    guard let end = text[offset...].firstIndex(of: UInt8(ascii: "`")) else {
      throw SelectorError(message: "a string without its end", offset: start)
    }
    defer { offset = end + 1 }
    return Array(text[offset..<end])
  }

  private mutating func quoted(_ quote: UInt8) throws(SelectorError) -> [UInt8] {
    offset += 1
    var value: [UInt8] = []
    while offset < text.count {
      let byte = text[offset]
      offset += 1
      switch byte {
      case quote: return value
      case 0x0A: throw SelectorError(message: "a line end within quotes", offset: start)
      case UInt8(ascii: "\\"): try escape(quote, &value)
      default: value.append(byte)
      }
    }
    throw SelectorError(message: "a string without its end", offset: start)
  }

  /// Go's escapes; of the quotes only the string's own.
  private mutating func escape(_ quote: UInt8, _ value: inout [UInt8]) throws(SelectorError) {
    let place = offset - 1
    guard offset < text.count else { throw SelectorError(message: "a string without its end", offset: start) }
    let byte = text[offset]
    offset += 1
    switch byte {
    case quote, UInt8(ascii: "\\"): value.append(byte)
    case UInt8(ascii: "a"): value.append(0x07)
    case UInt8(ascii: "b"): value.append(0x08)
    case UInt8(ascii: "f"): value.append(0x0C)
    case UInt8(ascii: "n"): value.append(0x0A)
    case UInt8(ascii: "r"): value.append(0x0D)
    case UInt8(ascii: "t"): value.append(0x09)
    case UInt8(ascii: "v"): value.append(0x0B)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      offset -= 1
      value.append(try byteOf(digits: 3, base: 8, place))
    case UInt8(ascii: "x"): value.append(try byteOf(digits: 2, base: 16, place))
    case UInt8(ascii: "u"): try append(scalar: try number(digits: 4, base: 16, place), place, &value)
    case UInt8(ascii: "U"): try append(scalar: try number(digits: 8, base: 16, place), place, &value)
    default: throw SelectorError(message: "an escape that is not known", offset: place)
    }
  }

  private mutating func byteOf(digits: Int, base: UInt32, _ place: Int) throws(SelectorError) -> UInt8 {
    guard let byte = UInt8(exactly: try number(digits: digits, base: base, place)) else {
      throw SelectorError(message: "an escape beyond a byte", offset: place)
    }
    return byte
  }

  private func append(scalar: UInt32, _ place: Int, _ value: inout [UInt8]) throws(SelectorError) {
    guard let scalar = Unicode.Scalar(scalar) else {
      throw SelectorError(message: "an escape that is no Unicode character", offset: place)
    }
    value += String(Character(scalar)).utf8
  }

  private mutating func number(digits: Int, base: UInt32, _ place: Int) throws(SelectorError) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<digits {
      guard offset < text.count, let digit = Character(Unicode.Scalar(text[offset])).hexDigitValue, digit < base else {
        throw SelectorError(message: "an escape with too few digits", offset: place)
      }
      number = number &* base &+ UInt32(digit)
      offset += 1
    }
    return number
  }
}
