import Shared

/// Joins what several ledgers say of one interface: the one that knows most of the window speaks, and only its holes are filled from
/// the others, through the readings.
///
/// All of them read the same counters of the same device. So a hole between two readings of one ledger has the bytes of their
/// difference, whoever tells where in the hole they belong; and where one ledger ends and another goes on, the difference of their
/// readings is what neither of their rows says. Sums stay exact to the byte, whatever the boundaries of rows are.
struct LedgerJoin {
  private var strands: [LedgerStrand]
  let wraps: Bool

  init(_ strands: [LedgerStrand]) {
    self.strands = strands
    wraps = strands.contains(where: \.wraps)
  }

  /// What is known from `from` to `to`, in order; stretches at the edges may reach out of it.
  ///
  /// - Parameter window: whose coverage decides which ledger speaks.
  func stretches(from: Double, to: Double, window: ClosedRange<Double>? = nil) -> [Stretch] {
    let asked = window ?? from...to
    return joined(Array(strands.indices), from, to, asked.lowerBound, asked.upperBound)
  }

  private func joined(_ candidates: [Int], _ from: Double, _ to: Double, _ left: Double, _ right: Double) -> [Stretch] {
    var best: (index: Int, known: Double, sampled: Double)?
    for index in candidates {
      let (known, sampled) = Self.coverage(Self.slice(strands[index].stretches, from, to), left, right)
      if let best, known < best.known + 0.5, known <= best.known - 0.5 || sampled <= best.sampled + 0.5 { continue }
      best = (index, known, sampled)
    }
    guard let best else { return [] }
    let own = Self.slice(strands[best.index].stretches, from, to)
    let others = candidates.filter { $0 != best.index }
    guard !own.isEmpty else { return others.isEmpty ? [] : joined(others, from, to, left, right) }
    guard !others.isEmpty || own.count > 1 else { return Array(own) }
    var result: [Stretch] = []
    result.reserveCapacity(own.count + 8)
    var place = own.startIndex
    while place < own.endIndex {
      let stretch = own[place]
      let start = result.last?.to ?? from
      // Rows that are not there.
      if stretch.from > start + 0.001 {
        result += filled(
          others, start, stretch.from, result.last?.end, stretch.begin, hadReset: false, open: result.isEmpty ? .left : nil)
      }
      guard !stretch.isFirm, !others.isEmpty else {
        result.append(stretch)
        place += 1
        continue
      }
      // Rows that do not know where their bytes belong, or how many there were.
      var end = place + 1
      while end < own.endIndex, !own[end].isFirm, own[end].from <= own[end - 1].to + 0.001 { end += 1 }
      let soft = own[place..<end]
      let hadReset = soft.contains { $0.flags.contains(.reset) }
      let other = filled(others, stretch.from, own[end - 1].to, stretch.begin, own[end - 1].end, hadReset: hadReset)
      result += Self.isBetter(other, than: soft) ? other : Array(soft)
      place = end
    }
    let end = result.last?.to ?? from
    if end < to - 0.001 { result += filled(others, end, to, result.last?.end, nil, hadReset: false, open: .right) }
    return result
  }

  /// Where a hole meets the edge of what was asked for, and not a row.
  private enum Side { case left, right }

  /// What fills the time from `from` to `to`, between two readings of the ledger that has the hole.
  ///
  /// - Parameter open: at this side nothing else claims the time: a stretch may reach out, and keeps its reading for whoever asked.
  private func filled(
    _ others: [Int], _ from: Double, _ to: Double, _ left: MeterReading?, _ right: MeterReading?, hadReset: Bool,
    open side: Side? = nil
  ) -> [Stretch] {
    guard to > from else { return [] }
    let (reachFrom, reachTo) = others.isEmpty ? (from, to) : firmReach(others, from, to)
    var inner = others.isEmpty ? [] : joined(others, reachFrom, reachTo, from, to)
    Self.fuse(&inner, at: from, to)
    inner.removeAll { $0.to <= from + 0.001 || $0.from >= to - 0.001 }
    guard !inner.isEmpty else { return closing(from, to, left, right, hadReset: hadReset) }
    // Whatever resets there were stand in the other's rows, unless it was away itself.
    let sawReset = inner.contains { $0.flags.contains(.reset) }
    let first = inner[0]
    let last = inner[inner.count - 1]
    let before = first.from > from + 0.001
    let after = last.to < to - 0.001
    if !before, side != .left { meetLeft(&inner, from, left) }
    if !after, side != .right { meetRight(&inner, to, right, left: before ? nil : left) }
    let open = hadReset && !sawReset
    if before { inner = closing(from, first.from, left, first.begin, hadReset: open) + inner }
    if after { inner += closing(last.to, to, last.end, right, hadReset: open) }
    return inner
  }

  /// The span outwards to where a ledger's own gaps, which a hole may begin or end in, have their ends: in between only their sums are right.
  private func firmReach(_ others: [Int], _ from: Double, _ to: Double) -> (Double, Double) {
    var reach = (from, to)
    for stretches in others.map({ strands[$0].stretches }) {
      var first = Self.partition(stretches) { $0.to > from }
      while first < stretches.count, !stretches[first].isFirm, stretches[first].from < to {
        reach.0 = min(reach.0, stretches[first].from)
        guard first > 0, stretches[first - 1].to > stretches[first].from - 0.001 else { break }
        first -= 1
      }
      var last = Self.partition(stretches) { $0.from >= to } - 1
      while last >= 0, last < stretches.count, !stretches[last].isFirm, stretches[last].to > from {
        reach.1 = max(reach.1, stretches[last].to)
        guard last + 1 < stretches.count, stretches[last + 1].from < stretches[last].to + 0.001 else { break }
        last += 1
      }
    }
    return reach
  }

  /// Makes one stretch of the gap that a hole begins in, and one of that it ends in.
  private static func fuse(_ inner: inout [Stretch], at from: Double, _ to: Double) {
    for edge in [to, from] {
      guard let middle = inner.firstIndex(where: { $0.from < edge - 0.001 && $0.to > edge + 0.001 }), inner[middle].flags == .gap
      else { continue }
      var (first, last) = (middle, middle)
      while first > 0, inner[first - 1].flags == .gap, inner[first - 1].end == inner[first].begin { first -= 1 }
      while last + 1 < inner.count, inner[last + 1].flags == .gap, inner[last + 1].begin == inner[last].end { last += 1 }
      guard last > first else { continue }
      var whole = inner[first]
      for part in inner[first + 1...last] {
        whole.rx = Saturating.add(whole.rx, part.rx)
        whole.tx = Saturating.add(whole.tx, part.tx)
        whole.sampled += part.sampled
      }
      whole.to = inner[last].to
      whole.end = inner[last].end
      inner.replaceSubrange(first...last, with: [whole])
    }
  }

  private static func isBetter(_ other: [Stretch], than own: ArraySlice<Stretch>) -> Bool {
    guard let from = own.first?.from, let to = own.last?.to else { return true }
    let mine = coverage(own, from, to)
    let theirs = coverage(other[...], from, to)
    return theirs.known > mine.known + 0.5 || theirs.known > mine.known - 0.5 && theirs.sampled > mine.sampled + 0.5
  }

  /// Seconds that are known and seconds that were sampled between two times.
  private static func coverage(_ stretches: ArraySlice<Stretch>, _ from: Double, _ to: Double) -> (known: Double, sampled: Double)
  {
    var result = (known: 0.0, sampled: 0.0)
    for stretch in stretches {
      let share = stretch.share(from: from, to: to)
      result.known += stretch.known * share
      result.sampled += stretch.sampled * share
    }
    return result
  }

  /// The stretches that touch a span of time.
  static func slice(_ stretches: [Stretch], _ from: Double, _ to: Double) -> ArraySlice<Stretch> {
    let first = partition(stretches) { $0.to > from }
    let end = partition(stretches) { $0.from >= to }
    return first < end ? stretches[first..<end] : []
  }

  /// The first place from which on `isBehind` holds.
  private static func partition(_ stretches: [Stretch], _ isBehind: (Stretch) -> Bool) -> Int {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(stretches[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
