import Shared
import Synchronization

/// The time that a collector sampled without a hole, from its ledger: there its archive tells everything, at every resolution. A long row
/// with one known second looks like one with all, so an archive alone does not tell.
final class OutageIndex: Sendable {
  /// Month files remembered.
  private static let limit = 50_000
  /// A hole this short is in no archive: a second counts as known from its half on.
  private static let tolerance = 0.5
  private static let fileLimit = 64 << 20

  private struct Month {
    var identity: BoundedFile.Identity
    var complete: [Range<Int>]
  }

  /// By path.
  private let months = Mutex<[String: Month]>([:])

  init() {}

  /// The five-minute buckets of `window` that are complete, as stretches. Blocking; a file that cannot be read tells nothing.
  func complete(_ directory: DeviceDirectory, _ key: String, window: Range<Int>) -> TimeRanges {
    var result = TimeRanges()
    var time = window.lowerBound
    while time < window.upperBound {
      for range in month(directory.ledger(key, monthOf: time)) { result.append(range) }
      time = Self.nextMonth(time)
    }
    return result.intersection(TimeRanges(window))
  }

  private func month(_ path: String) -> [Range<Int>] {
    guard let found = try? BoundedFile.identity(path) else { return [] }
    if let month = months.withLock({ $0[path] }), month.identity == found { return month.complete }
    guard let bytes = try? BoundedFile.read(path, limit: Self.fileLimit) else { return [] }
    let complete = Self.complete(bytes)
    months.withLock { months in
      if months.count >= Self.limit { months.removeAll() }
      months[path] = Month(identity: found, complete: complete)
    }
    return complete
  }

  /// Only the first two cells of each line are looked at: a year has 105,000 lines.
  static func complete(_ bytes: [UInt8]) -> [Range<Int>] {
    var covered: [(start: Int, seconds: Double)] = []
    bytes.withUnsafeBufferPointer { text in
      var place = 0
      while place < text.count {
        guard let end = text[place...].firstIndex(of: UInt8(ascii: "\n")) else { break }
        let cells = text[place..<end].split(separator: UInt8(ascii: ","), maxSplits: 2)
        place = end + 1
        guard cells.count == 3, let start = Int(ascii: cells[0]), start % LedgerRow.bucketSeconds == 0,
          let seconds = Double(ascii: cells[1]), (0...Double(LedgerRow.bucketSeconds)).contains(seconds)
        else { continue }
        // A bucket may have several rows; they follow each other.
        if let last = covered.last, last.start == start {
          covered[covered.count - 1].seconds += seconds
        } else {
          covered.append((start, seconds))
        }
      }
    }
    let full = covered.filter { $0.seconds >= Double(LedgerRow.bucketSeconds) - tolerance }.map(\.start).sorted()
    return TimeRanges(ascending: full.map { $0..<$0 + LedgerRow.bucketSeconds }).list
  }

  /// The first second of a later month, of which no month is passed over.
  private static func nextMonth(_ time: Int) -> Int {
    let month = UTCTime.month(time)
    var day = time - time % 86_400
    repeat { day += 86_400 } while UTCTime.month(day) == month
    return day
  }
}

extension Int {
  /// A number of digits only, within reason.
  fileprivate init?(ascii text: Slice<UnsafeBufferPointer<UInt8>>) {
    guard (1...12).contains(text.count) else { return nil }
    var value = 0
    for digit in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    self = value
  }
}

extension Double {
  fileprivate init?(ascii text: Slice<UnsafeBufferPointer<UInt8>>) {
    if let whole = Int(ascii: text) {
      self = Double(whole)
      return
    }
    guard text.count <= 24, let value = Double(String(decoding: text, as: UTF8.self)) else { return nil }
    self = value
  }
}
