/// The last minutes of one interface, second by second, in memory.
///
/// A value type made of whole minutes that are shared between copies: a published snapshot keeps its state while the watcher
/// goes on, and a new second copies one minute, not the history.
struct RateHistory: Sendable {
  /// How far back seconds are kept.
  static let seconds = 1200
  private static let minutes = seconds / 60

  private struct Minute {
    /// The minute's number since 1970: seconds that begin in `number * 60 ..< number * 60 + 60`.
    var number: Int
    /// By the second within the minute; NaN is unknown.
    var rx: [Double]
    var tx: [Double]

    init(number: Int) {
      self.number = number
      rx = Array(repeating: .nan, count: 60)
      tx = rx
    }
  }

  /// Ascending by number.
  private var list: [Minute] = []

  /// Seconds up to here are decided: known, or unknown for good. The end of the last second, 0 before the first.
  private(set) var end = 0
  /// The end of the first second that was due, 0 before the first.
  private(set) var start = 0

  init() {}

  var isEmpty: Bool { end == 0 }

  /// Stores the second that ends at `second`. Seconds come in ascending order; others are ignored.
  mutating func store(_ rates: Rates, second: Int) {
    guard second > end, second > 0 else { return }
    if start == 0 { start = second }
    end = second
    let (number, index) = (second - 1).quotientAndRemainder(dividingBy: 60)
    if list.last?.number != number {
      list.append(Minute(number: number))
      let oldest = number - Self.minutes
      if let first = list.first, first.number < oldest { list.removeAll { $0.number < oldest } }
    }
    list[list.count - 1].rx[index] = rates.rx
    list[list.count - 1].tx[index] = rates.tx
  }

  /// Declares every second up to the one that ends at `second` decided: those not stored are unknown.
  mutating func close(through second: Int) {
    guard second > end, end > 0 else { return }
    end = second
  }

  /// The second that ends at `second`; `nil` when it is unknown or no longer kept.
  func rates(endingAt second: Int) -> Rates? {
    guard second <= end, second >= start, second > 0 else { return nil }
    let (number, index) = (second - 1).quotientAndRemainder(dividingBy: 60)
    guard let minute = list.last(where: { $0.number <= number }), minute.number == number, minute.rx[index].isFinite else {
      return nil
    }
    return Rates(rx: minute.rx[index], tx: minute.tx[index])
  }

  /// The known seconds that end after `second`, oldest first, as (end of the second, rates).
  func known(after second: Int) -> [(second: Int, rates: Rates)] {
    var result: [(Int, Rates)] = []
    for minute in list where (minute.number + 1) * 60 > second {
      for index in 0..<60 where minute.rx[index].isFinite {
        let time = minute.number * 60 + index + 1
        if time > second { result.append((time, Rates(rx: minute.rx[index], tx: minute.tx[index]))) }
      }
    }
    return result
  }

  /// Whether the second that ends at `second` was due: the interface was being sampled.
  func wasDue(_ second: Int) -> Bool { start > 0 && second >= start && second <= end }
}
