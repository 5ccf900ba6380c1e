/// The updates of one `rrd_updatex_r` call as C strings in one block of memory, ready to be pointed at.
///
/// A string per row and value would cost more than librrd itself does.
struct UpdateBatch: ~Copyable {
  private var text: [UInt8] = []
  private var starts: [Int] = []

  init(capacity: Int) {
    text.reserveCapacity(capacity * 48)
    starts.reserveCapacity(capacity)
  }

  var count: Int { starts.count }

  /// Adds `time:rx:tx`; nil, NaN and infinity are unknown.
  mutating func append(time: Int, rx: Double?, tx: Double?) {
    starts.append(text.count)
    append(integer: time)
    append(value: rx)
    append(value: tx)
    text.append(0)
  }

  /// Calls `body` with the vector of strings, valid during the call.
  func withVector<Result>(_ body: (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    text.withUnsafeBytes { raw in
      let base = raw.bindMemory(to: CChar.self)
      let vector = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: starts.count + 1)
      defer { vector.deallocate() }
      for (index, start) in starts.enumerated() { vector[index] = base.baseAddress.map { $0 + start } }
      vector[starts.count] = nil
      return body(Int32(starts.count), vector)
    }
  }

  private mutating func append(value: Double?) {
    text.append(UInt8(ascii: ":"))
    guard let value, value.isFinite else {
      text.append(UInt8(ascii: "U"))
      return
    }
    if value >= 0, value < 9_007_199_254_740_992, value == value.rounded(.towardZero) {
      append(integer: Int(value))
    } else {
      // Swift's description is the shortest text that reads back as the same number, always with a point.
      var digits = value.description
      digits.withUTF8 { text.append(contentsOf: $0) }
    }
  }

  private mutating func append(integer value: Int) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    JSONText.append(UInt64(value.magnitude), to: &text)
  }
}
