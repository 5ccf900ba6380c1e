/// One sentence from the device, taken apart.
struct Sentence: Sendable, Equatable {
  /// The first word.
  enum Kind: Sendable, Equatable {
    /// `!re`: a row.
    case row
    /// `!done`: the command has ended.
    case done
    /// `!trap`: the command failed; its `!done` is still to come.
    case trap
    /// `!fatal`: the device ends the session.
    case fatal
    /// `!empty`: no rows (RouterOS 7.18 and later); `!done` is still to come.
    case empty
    /// A reply word this version does not know.
    case unknown(String)
  }

  /// The `.tag` of the command that this answers.
  enum Tag: Sendable, Equatable {
    case absent
    case number(UInt64)
    /// Not one of ours: we only hand out numbers.
    case foreign
  }

  var kind: Kind
  var tag = Tag.absent
  var fields: [Row.Field] = []
  /// Words that are neither `=name=value` nor `.name=value`: the reason of a `!fatal` is one.
  var text: [String] = []
  /// Size on the wire.
  var bytes = 0

  /// The value of `name`, as in ``Row``.
  subscript(_ name: String) -> String? {
    fields.last { $0.name == name }?.value
  }
}

extension Sentence {
  private static let equals = UInt8(ascii: "=")
  private static let dot = UInt8(ascii: ".")

  /// Parses the words at `ranges` of `bytes`. `ranges` is not empty and lies within `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, words ranges: [Range<Int>], wireBytes: Int) {
    func word(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
    self.init(kind: Kind(DeviceText.decode(word(ranges[0]))), bytes: wireBytes)
    fields.reserveCapacity(ranges.count - 1)
    for range in ranges.dropFirst() {
      take(word(range))
    }
  }

  private mutating func take(_ word: UnsafeRawBufferPointer) {
    guard let first = word.first, first == Self.equals || first == Self.dot else {
      text.append(DeviceText.decode(word))
      return
    }
    // An attribute's name begins after its "=", an API attribute's name includes its dot.
    let nameStart = first == Self.equals ? 1 : 0
    let nameEnd = word[nameStart...].firstIndex(of: Self.equals) ?? word.endIndex
    let valueStart = min(nameEnd + 1, word.endIndex)
    let name = DeviceText.decode(UnsafeRawBufferPointer(rebasing: word[nameStart..<nameEnd]))
    let value = DeviceText.decode(UnsafeRawBufferPointer(rebasing: word[valueStart...]))
    if nameStart == 0, name == ".tag" {
      tag = UInt64(value).map(Tag.number) ?? .foreign
    } else {
      fields.append(Row.Field(name: name, value: value))
    }
  }
}

extension Sentence.Kind {
  init(_ word: String) {
    self =
      switch word {
      case "!re": .row
      case "!done": .done
      case "!trap": .trap
      case "!fatal": .fatal
      case "!empty": .empty
      default: .unknown(word)
      }
  }
}

/// Text of a device: UTF-8, or Latin-1 where it is not (RouterOS stores what the administrator's terminal sent).
enum DeviceText {
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
    // Almost everything is ASCII, which needs no validation.
    if isASCII(bytes) { return String(decoding: bytes, as: UTF8.self) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    text.unicodeScalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
    return text
  }

  private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var seen: UInt64 = 0
    var at = 0
    while bytes.count - at >= 8 {
      seen |= bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      at += 8
    }
    while at < bytes.count {
      seen |= UInt64(bytes[at])
      at += 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }
}
