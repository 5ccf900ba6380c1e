import Shared

/// One interface's bytes of a day in little memory: what the files of all replicas say of it, joined once and kept until one of them
/// changes. The minutes that are not in a file yet are joined to it whenever somebody counts.
struct DayLedger: Sendable {
  /// One replica's files by themselves: what versions of them were read, and what they say.
  struct Part: Sendable {
    var identities: [BoundedFile.Identity?] = []
    var strand = LedgerStrand([])
  }

  let day: Range<Int>
  let sources: [InterfaceView.Source]
  /// In the order of `sources`.
  let parts: [Part]
  /// All of them together.
  private let joined: LedgerStrand

  /// What was read of one replica; `nil` rows: it did not answer, and what was known of it still holds.
  struct Reading: Sendable {
    var identities: [BoundedFile.Identity?]
    var rows: [LedgerRow]
  }

  init(_ day: Range<Int>, _ sources: [InterfaceView.Source], _ readings: [Reading?], before: DayLedger?, now: Double) {
    self.day = day
    self.sources = sources
    let reach = LedgerPart.reach(of: day, now: now)
    let (from, to, midnight) = (Double(reach.lowerBound), Double(reach.upperBound), Double(day.lowerBound))
    let window = midnight...max(midnight, min(now, Double(day.upperBound)))
    var parts: [Part] = []
    var strands: [LedgerStrand] = []
    for (source, reading) in zip(sources, readings) {
      guard let reading else {
        let known = before?.day == day ? before?.part(of: source) : nil
        parts.append(known ?? Part())
        strands.append(known?.strand ?? LedgerStrand([]))
        continue
      }
      let strand = LedgerStrand(reading.rows)
      strands.append(strand)
      let own = LedgerJoin([strand])
      parts.append(
        Part(
          identities: reading.identities,
          strand: LedgerStrand(own.stretches(from: from, to: to, window: window), wraps: own.wraps).condensed(from: midnight)))
    }
    let join = LedgerJoin(strands)
    self.parts = parts
    joined = LedgerStrand(join.stretches(from: from, to: to, window: window), wraps: join.wraps).condensed(from: midnight)
  }

  private func part(of source: InterfaceView.Source) -> Part? { sources.firstIndex { $0.id == source.id }.map { parts[$0] } }

  /// The bytes of the day so far.
  ///
  /// - Parameter lives: the journals of the sources.
  func amount(_ lives: [LiveLedger], now: Double) -> UsageAmount { count([joined] + lives.map { LedgerStrand($0.allRows) }, now) }

  /// What one replica knows of it by itself.
  func amount(of index: Int, _ live: LiveLedger?, now: Double) -> UsageAmount {
    count([parts[index].strand] + [live].compactMap { $0.map { LedgerStrand($0.allRows) } }, now)
  }

  private func count(_ strands: [LedgerStrand], _ now: Double) -> UsageAmount {
    let reach = LedgerPart.reach(of: day, now: now)
    let midnight = Double(day.lowerBound)
    let stretches = LedgerJoin(strands).stretches(
      from: Double(reach.lowerBound), to: Double(reach.upperBound), window: midnight...max(midnight, now))
    return UsageTally.amounts(stretches, [day], now: now)[0]
  }
}
