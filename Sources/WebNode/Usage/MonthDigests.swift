import Shared
import Synchronization

/// Months of ledgers that are over, in a few numbers each: years are added up without reading or keeping their rows again.
///
/// Only a month that its ledger knows from beginning to end and without a reset has one; whatever else is to be told of a month takes its rows.
final class MonthDigests: Sendable {
  /// What a file says of its month.
  struct Digest: Sendable {
    /// The whole month, cut where it was asked to be; empty: there is more to tell than that.
    var stretches: [Stretch]
    /// Lines that are no rows.
    var badLines: Int
  }

  private struct Kept: Sendable {
    var identity: BoundedFile.Identity?
    var cuts: [Int]
    var digest: Digest
    var cost: Int { 256 + cuts.count * 8 + digest.stretches.count * MemoryLayout<Stretch>.stride }
  }

  private let shelf: Mutex<KeptFiles<Kept>>

  init(byteLimit: Int = 16 << 20) { shelf = Mutex(KeptFiles(byteLimit: byteLimit)) }

  /// Bytes that are kept.
  var size: Int { shelf.withLock { $0.bytes } }

  /// The digest of `month`, whose file is at `path`. Blocking.
  ///
  /// - Parameter cuts: multiples of 300 inside the month, ascending.
  func digest(_ path: String, _ month: Range<Int>, cuts: [Int], _ store: LedgerStore) throws(FileError) -> Digest {
    let identity = try store.version(path)
    if let known = shelf.withLock({ $0.use(path) }), known.identity == identity, known.cuts == cuts { return known.digest }
    var digest = Digest(stretches: [], badLines: 0)
    if identity != nil, let found = try store.unkept(path) {
      digest = Digest(stretches: Self.stretches(found.rows, month, cuts), badLines: found.badLines)
    }
    let kept = Kept(identity: identity, cuts: cuts, digest: digest)
    shelf.withLock { $0.keep(kept, cost: kept.cost, path) }
    return digest
  }

  /// The month's rows as one stretch for each piece between cuts; none where time is missing, lies beyond, or counters began again.
  static func stretches(_ rows: [LedgerRow], _ month: Range<Int>, _ cuts: [Int]) -> [Stretch] {
    let strand = LedgerStrand(rows).stretches
    guard strand.first?.from == Double(month.lowerBound), strand.last?.to == Double(month.upperBound) else { return [] }
    var result: [Stretch] = []
    var rest = cuts.filter { month.lowerBound < $0 && $0 < month.upperBound }[...]
    for (index, next) in strand.enumerated() {
      // What is no gap must have been sampled: a gap beside it would make it count as known.
      guard next.flags.contains(.gap) || next.sampled > next.seconds - 1 else { return [] }
      guard !next.flags.contains(.reset), index == 0 || strand[index - 1].to == next.from else { return [] }
      // Between two cuts rows become one; a row that one of them cuts says so by ending elsewhere.
      let isNew = rest.first.map { Double($0) <= next.from } ?? false
      if isNew {
        guard let cut = rest.popFirst(), Double(cut) == next.from else { return [] }
        while let other = rest.first, Double(other) <= next.from { rest.removeFirst() }
      }
      guard !isNew, let last = result.last else {
        result.append(next)
        result[result.count - 1].begin = nil
        result[result.count - 1].end = nil
        continue
      }
      let place = result.count - 1
      result[place].to = next.to
      result[place].rx = Saturating.add(last.rx, next.rx)
      result[place].tx = Saturating.add(last.tx, next.tx)
      result[place].flags.formUnion(next.flags)
      result[place].sampled += next.sampled
    }
    return rest.isEmpty ? result : []
  }
}
