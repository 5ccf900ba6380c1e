import NIOCore
import Shared

/// What a drawing process is asked for: librrd's own arguments and the rows they name. It carries all that the drawing needs.
struct RenderOrder: Sendable, Equatable {
  var start: Int
  var end: Int
  var arguments: [String]
  var rows: [String: Series]

  /// As bytes for the pipe. How much of each step is known is not sent: drawings do not show it.
  func encoded() -> ByteBuffer {
    var body = ByteBuffer()
    body.writeInteger(Int64(start))
    body.writeInteger(Int64(end))
    body.writeInteger(UInt32(arguments.count))
    for argument in arguments { body.writeText(argument) }
    body.writeInteger(UInt32(rows.count))
    for (name, series) in rows.sorted(by: { $0.key < $1.key }) {
      body.writeText(name)
      body.writeInteger(Int64(series.t0))
      body.writeInteger(Int64(series.step))
      body.writeInteger(UInt32(series.count))
      for values in [series.rx.avg, series.rx.max, series.rx.min, series.tx.avg, series.tx.max, series.tx.min] {
        values.withUnsafeBytes { _ = body.writeBytes($0) }
      }
    }
    return body
  }

  /// - Returns: `nil` for anything that is not an order, whole and without a remainder.
  init?(decoding bytes: ByteBuffer) {
    var body = bytes
    guard let start = body.readInteger(as: Int64.self), let end = body.readInteger(as: Int64.self),
      let words = body.readInteger(as: UInt32.self), words <= Self.wordLimit
    else { return nil }
    var arguments: [String] = []
    for _ in 0..<words {
      guard let text = body.readText() else { return nil }
      arguments.append(text)
    }
    guard let sources = body.readInteger(as: UInt32.self), sources <= Self.wordLimit else { return nil }
    var rows: [String: Series] = [:]
    for _ in 0..<sources {
      guard let name = body.readText(), let series = Self.series(&body) else { return nil }
      rows[name] = series
    }
    guard body.readableBytes == 0 else { return nil }
    self.init(start: Int(start), end: Int(end), arguments: arguments, rows: rows)
  }

  init(start: Int, end: Int, arguments: [String], rows: [String: Series]) {
    self.start = start
    self.end = end
    self.arguments = arguments
    self.rows = rows
  }

  private static let wordLimit = 65_536

  private static func series(_ body: inout ByteBuffer) -> Series? {
    guard let t0 = body.readInteger(as: Int64.self), let step = body.readInteger(as: Int64.self), step > 0,
      let count = body.readInteger(as: UInt32.self)
    else { return nil }
    func values() -> [Double]? {
      let length = Int(count) * MemoryLayout<Double>.stride
      guard let slice = body.readSlice(length: length) else { return nil }
      return [Double](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
        slice.withUnsafeReadableBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
        initialized = Int(count)
      }
    }
    func band() -> Series.Band? {
      guard let avg = values(), let max = values(), let min = values() else { return nil }
      return Series.Band(avg: avg, max: max, min: min, known: [])
    }
    guard let rx = band(), let tx = band() else { return nil }
    return Series(t0: Int(t0), step: Int(step), rx: rx, tx: tx)
  }
}

/// Orders and answers travel as frames: a mark, a kind, a length, the bytes. Both ends are the same program file, so there are no versions.
enum RenderFrame {
  enum Kind: UInt8, Sendable {
    case order = 1
    /// The image's bytes.
    case picture = 2
    /// librrd's words why it draws nothing.
    case refusal = 3
  }

  /// `TWRF`, kind, three zero bytes, length.
  static let headerLength = 12
  /// Far above 4,000 steps of a hundred interfaces, and above any image of 4,000 × 2,000.
  static let limit = 96 << 20
  private static let mark: UInt32 = 0x5457_5246

  static func header(_ kind: Kind, length: Int) -> ByteBuffer {
    var header = ByteBuffer()
    header.writeMultipleIntegers(mark, UInt32(kind.rawValue) << 24, UInt32(length))
    return header
  }

  /// - Returns: `nil` for bytes that begin no frame.
  static func parse(_ bytes: ByteBuffer) -> (kind: Kind, length: Int)? {
    var header = bytes
    guard let (found, kind, length) = header.readMultipleIntegers(as: (UInt32, UInt32, UInt32).self), found == mark,
      kind & 0xFF_FFFF == 0, let kind = Kind(rawValue: UInt8(kind >> 24)), length <= limit
    else { return nil }
    return (kind, Int(length))
  }
}

extension ByteBuffer {
  fileprivate mutating func writeText(_ text: String) {
    writeInteger(UInt32(text.utf8.count))
    writeString(text)
  }

  fileprivate mutating func readText() -> String? {
    guard let length = readInteger(as: UInt32.self) else { return nil }
    return readString(length: Int(length))
  }
}
