/// A row as the server holds it: fixed fields and fields that depend on the time.
struct Row: Sendable {
  enum Value: Sendable {
    case fixed(String)
    /// Bytes that need not be UTF-8, as text of old devices is.
    case raw([UInt8])
    case live(@Sendable (Double) -> String)

    func text(at time: Double) -> String {
      switch self {
      case .fixed(let text): text
      case .raw(let bytes): String(decoding: bytes, as: UTF8.self)
      case .live(let make): make(time)
      }
    }
  }

  var fields: [(name: String, value: Value)]

  func text(_ name: String, at time: Double) -> String? {
    fields.first { $0.name == name }?.value.text(at: time)
  }

  /// Writes `!re` with all fields, or with those of `proplist`, in the row's own order.
  func write(_ proplist: Set<String>?, at time: Double, section: Int?, tag: String?, to writer: inout SentenceWriter) {
    writer.word("!re")
    if let section { writer.attribute(".section", String(section)) }
    for (name, value) in fields where proplist?.contains(name) ?? true {
      switch value {
      case .fixed(let text): writer.attribute(name, text)
      case .raw(let bytes): writer.attribute(name, bytes: bytes)
      case .live(let make): writer.attribute(name, make(time))
      }
    }
    writer.end(tag: tag)
  }
}
