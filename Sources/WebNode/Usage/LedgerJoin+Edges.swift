import Shared

/// Where one ledger's stretches meet the readings of another.
extension LedgerJoin {
  /// Lets the first stretches begin at a reading of another ledger.
  func meetLeft(_ inner: inout [Stretch], _ from: Double, _ left: MeterReading?) {
    let whole = inner[0]
    inner[0].from = max(from, whole.from)
    inner[0].sampled = whole.sampled * whole.share(from: from, to: whole.to)
    guard let left else {
      inner[0].rx = Saturating.part(whole.rx, whole.share(from: from, to: whole.to))
      inner[0].tx = Saturating.part(whole.tx, whole.share(from: from, to: whole.to))
      inner[0].begin = nil
      return
    }
    if whole.flags.contains(.reset) {
      inner[0] = cut(inner[0], whole, keepingAfter: left)
      return
    }
    guard let end = whole.end, isNear(left, inner, 0) else {
      inner[0].rx = Saturating.part(whole.rx, whole.share(from: from, to: whole.to))
      inner[0].tx = Saturating.part(whole.tx, whole.share(from: from, to: whole.to))
      return
    }
    inner[0].begin = left
    var (rx, tx) = left.distance(to: end, wraps: wraps, estimate: Self.estimate(inner[0], whole))
    inner[0].rx = UInt64(max(0, rx))
    inner[0].tx = UInt64(max(0, tx))
    // Its clock is behind: what the next stretches tell began before `from`.
    var index = 1
    while rx < 0 || tx < 0, index < inner.count, inner[index].isFirm {
      if rx < 0 { (inner[index].rx, rx) = Self.repay(inner[index].rx, rx) }
      if tx < 0 { (inner[index].tx, tx) = Self.repay(inner[index].tx, tx) }
      if let end = inner[index].end {
        inner[index].begin = MeterReading(rx: end.rx &- inner[index].rx, tx: end.tx &- inner[index].tx)
      }
      index += 1
    }
  }

  /// Lets the last stretches end at a reading of another ledger.
  func meetRight(_ inner: inout [Stretch], _ to: Double, _ right: MeterReading?, left: MeterReading?) {
    let index = inner.count - 1
    let whole = inner[index]
    let share = whole.share(from: whole.from, to: to)
    inner[index].to = min(to, whole.to)
    inner[index].sampled = whole.sampled * share
    guard let right else {
      inner[index].rx = Saturating.part(whole.rx, share)
      inner[index].tx = Saturating.part(whole.tx, share)
      inner[index].end = nil
      return
    }
    if whole.flags.contains(.reset) {
      inner[index] = cut(inner[index], whole, keepingBefore: right)
      return
    }
    guard let begin = whole.begin, isNear(right, inner, index) else {
      inner[index].rx = Saturating.part(whole.rx, share)
      inner[index].tx = Saturating.part(whole.tx, share)
      return
    }
    inner[index].end = right
    var (rx, tx) = begin.distance(to: right, wraps: wraps, estimate: Self.estimate(inner[index], whole))
    inner[index].rx = UInt64(max(0, rx))
    inner[index].tx = UInt64(max(0, tx))
    var earlier = index - 1
    while rx < 0 || tx < 0, earlier >= 0, inner[earlier].isFirm {
      if rx < 0 { (inner[earlier].rx, rx) = Self.repay(inner[earlier].rx, rx) }
      if tx < 0 { (inner[earlier].tx, tx) = Self.repay(inner[earlier].tx, tx) }
      if let begin = inner[earlier].begin {
        inner[earlier].end = MeterReading(rx: begin.rx &+ inner[earlier].rx, tx: begin.tx &+ inner[earlier].tx)
      }
      earlier -= 1
    }
  }

  /// Whether a reading of another ledger can lie in this stretch, or in the one beside it: clocks differ, and so may devices of one name.
  private func isNear(_ reading: MeterReading, _ inner: [Stretch], _ index: Int) -> Bool {
    guard let begin = inner[index].begin, inner[index].end != nil else { return false }
    // Not from its readings: those of two ledgers may be whole turns of 32 bits apart.
    let width = (rx: Int64(clamping: inner[index].rx), tx: Int64(clamping: inner[index].tx))
    var slack = (rx: width.rx, tx: width.tx)
    for neighbour in [index - 1, index + 1] where inner.indices.contains(neighbour) {
      slack.rx = max(slack.rx, Int64(clamping: inner[neighbour].rx))
      slack.tx = max(slack.tx, Int64(clamping: inner[neighbour].tx))
    }
    // A burst at the very edge of a row may stand in the next.
    slack = (slack.rx &+ (1 << 20), slack.tx &+ (1 << 20))
    let half = (rx: Double(width.rx) / 2, tx: Double(width.tx) / 2)
    let at = begin.distance(to: reading, wraps: wraps, estimate: half)
    return at.rx >= 0 &- slack.rx && at.rx <= width.rx &+ slack.rx && at.tx >= 0 &- slack.tx && at.tx <= width.tx &+ slack.tx
  }

  /// The time between two readings, of which no row tells.
  func closing(_ from: Double, _ to: Double, _ left: MeterReading?, _ right: MeterReading?, hadReset: Bool) -> [Stretch] {
    guard let left, let right, to > from else { return [] }
    var (rx, tx) = left.distance(to: right, wraps: wraps)
    if wraps, !hadReset {
      if rx < 0 { rx &+= 1 << 32 }
      if tx < 0 { tx &+= 1 << 32 }
    }
    let most = 1e11 * (to - from + 10)
    var stretch = Stretch(from: from, to: to, rx: 0, tx: 0, flags: .gap, sampled: 0, begin: left, end: right)
    if hadReset || rx < 0 || tx < 0 || Double(rx) > most || Double(tx) > most {
      // Counters that began again: what they show now came since; more than a link can carry tells nothing.
      stretch.flags = .reset
      let since = (rx: rx < 0 ? right.rx : UInt64(rx), tx: tx < 0 ? right.tx : UInt64(tx))
      stretch.rx = Double(since.rx) > most ? 0 : since.rx
      stretch.tx = Double(since.tx) > most ? 0 : since.tx
    } else {
      stretch.rx = UInt64(rx)
      stretch.tx = UInt64(tx)
    }
    return [stretch]
  }

  /// Of a stretch with a reset inside, the bytes that are certainly on one side of a reading: it may be from before the reset or after.
  private func cut(_ part: Stretch, _ whole: Stretch, keepingAfter reading: MeterReading) -> Stretch {
    sided(
      part, whole, near: whole.end.map { reading.distance(to: $0, wraps: wraps) },
      far: whole.begin.map { $0.distance(to: reading, wraps: wraps) })
  }

  private func cut(_ part: Stretch, _ whole: Stretch, keepingBefore reading: MeterReading) -> Stretch {
    sided(
      part, whole, near: whole.begin.map { $0.distance(to: reading, wraps: wraps) },
      far: whole.end.map { reading.distance(to: $0, wraps: wraps) })
  }

  private func sided(_ part: Stretch, _ whole: Stretch, near: (rx: Int64, tx: Int64)?, far: (rx: Int64, tx: Int64)?) -> Stretch {
    func least(_ bytes: UInt64, _ near: Int64?, _ far: Int64?) -> UInt64 {
      let all = Int64(clamping: bytes)
      let kept = near.flatMap { (0...all).contains($0) ? $0 : nil }
      let left = far.flatMap { (0...all).contains($0) ? all - $0 : nil }
      return UInt64([kept, left].compactMap { $0 }.min() ?? 0)
    }
    var part = part
    part.rx = least(whole.rx, near?.rx, far?.rx)
    part.tx = least(whole.tx, near?.tx, far?.tx)
    return part
  }

  /// Takes a debt (below zero) from an amount: what remains of both.
  private static func repay(_ bytes: UInt64, _ debt: Int64) -> (UInt64, Int64) {
    let owed = debt.magnitude
    return bytes >= owed ? (bytes - owed, 0) : (0, -Int64(clamping: owed - bytes))
  }

  private static func estimate(_ part: Stretch, _ whole: Stretch) -> (rx: Double, tx: Double) {
    let share = whole.share(from: part.from, to: part.to)
    return (Double(whole.rx) * share, Double(whole.tx) * share)
  }
}
