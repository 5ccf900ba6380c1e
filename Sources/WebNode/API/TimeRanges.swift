/// Stretches of time: ascending, disjoint, none empty.
struct TimeRanges: Sendable, Equatable {
  private(set) var list: [Range<Int>] = []

  init() {}

  init(_ range: Range<Int>) { if !range.isEmpty { list = [range] } }

  /// - Parameter ranges: ascending by their beginnings; what touches or overlaps becomes one.
  init(ascending ranges: some Sequence<Range<Int>>) {
    for range in ranges { append(range) }
  }

  var isEmpty: Bool { list.isEmpty }
  var seconds: Int { list.reduce(0) { $0 + $1.count } }

  /// Adds a range that does not begin before those that are there.
  mutating func append(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if let last = list.last, range.lowerBound <= last.upperBound {
      list[list.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      list.append(range)
    }
  }

  func intersection(_ other: TimeRanges) -> TimeRanges {
    var result = TimeRanges()
    var mine = list[...]
    var theirs = other.list[...]
    while let one = mine.first, let two = theirs.first {
      let low = max(one.lowerBound, two.lowerBound)
      let high = min(one.upperBound, two.upperBound)
      if low < high { result.list.append(low..<high) }
      if one.upperBound <= two.upperBound { mine.removeFirst() } else { theirs.removeFirst() }
    }
    return result
  }

  func subtracting(_ other: TimeRanges) -> TimeRanges {
    var result = TimeRanges()
    var theirs = other.list[...]
    for range in list {
      var from = range.lowerBound
      while let cut = theirs.first, cut.upperBound <= from { theirs.removeFirst() }
      for cut in theirs {
        guard cut.lowerBound < range.upperBound else { break }
        if cut.lowerBound > from { result.list.append(from..<cut.lowerBound) }
        from = max(from, cut.upperBound)
      }
      if from < range.upperBound { result.list.append(from..<range.upperBound) }
    }
    return result
  }

  func union(_ other: TimeRanges) -> TimeRanges {
    TimeRanges(ascending: (list + other.list).sorted { $0.lowerBound < $1.lowerBound })
  }
}
