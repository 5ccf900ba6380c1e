import Shared

/// Turns the counters that one query brought into the device's sample. Pure: one value per device.
struct SampleDerivation: Sendable {
  /// Something to be told about an interface.
  struct Finding: Sendable, Equatable {
    var key: String
    var meaning: CounterTrack.Meaning
  }

  struct Outcome: Sendable, Equatable {
    var sample: LiveLine.Device
    /// Resets, refusals and jumps, by key; not gaps, which concern the whole device.
    var findings: [Finding] = []
    /// Seconds since the device was last read, when that was a gap: an interface that alone has been away makes none.
    var gap: Double?
    /// The gap began before this process did.
    var isFirstGap = false
    /// The system's clock is behind the end of the history.
    var isBehind = false
    /// Readings that were no numbers.
    var odd = 0
  }

  /// One interface: looked up once a sample.
  fileprivate struct Lane: Sendable {
    var track = CounterTrack()
    /// It has shown a counter above 32 bits: it does not wrap there.
    var isWide = false
  }

  let interval: Double
  private var lanes: [String: Lane]

  /// - Parameter last: where the history ends, by key: bytes since then are closed by the counters.
  init(interval: Double, last: [String: CounterReading]) {
    self.interval = interval
    lanes = last.mapValues { Lane(track: CounterTrack(last: $0), isWide: Self.isWide($0)) }
  }

  /// The last reading of each interface that counted, by key.
  var last: [String: CounterReading] { lanes.compactMapValues(\.track.last) }

  /// The time of the newest reading of any interface.
  var newest: Double? { lanes.values.lazy.compactMap { $0.track.last?.time }.max() }

  /// The device rebooted since its last sample: every counter began again.
  mutating func restartAll() {
    for key in lanes.keys { lanes[key]?.track.restart() }
  }

  /// The device booted at `boot` (epoch seconds): counters read before that have begun again since.
  mutating func restart(readBefore boot: Double) {
    for (key, lane) in lanes {
      // Uptime comes in whole seconds, and a device's clock may be off by a thousandth.
      guard let last = lane.track.last, last.steady == nil, last.time + 2 + (boot - last.time) * 0.001 < boot else { continue }
      lanes[key]?.track.restart()
    }
  }

  /// This interface was made anew.
  mutating func restart(_ key: String) { lanes[key]?.track.restart() }

  /// - Parameters:
  ///   - rows: `.id`, `rx-byte`, `tx-byte`.
  ///   - keys: by `.id`; rows of other interfaces are left out.
  ///   - speeds: link speeds in bit/s by key, where known.
  ///   - time: the middle of the round trip, epoch seconds to the millisecond; `steady`: the same moment.
  mutating func derive(_ rows: [Row], keys: [String: String], speeds: [String: Double], time: Double, steady: Double) -> Outcome {
    var outcome = Outcome(sample: LiveLine.Device(time: time, interfaces: [:]))
    outcome.sample.interfaces.reserveCapacity(rows.count)
    var gap: Double?
    var isContinuous = false
    for row in rows {
      guard let id = row[".id"], let key = keys[id] else { continue }
      guard let rx = counter(row, "rx-byte", &outcome), let tx = counter(row, "tx-byte", &outcome) else { continue }
      let reading = CounterReading(time: time, steady: steady, rx: rx, tx: tx)
      let (live, meaning, isFirst) = lanes[key, default: Lane()].add(reading, interval: interval, speed: speeds[key])
      outcome.sample.interfaces[key] = live
      switch meaning {
      case .first: break
      case .sample, .clockSet: isContinuous = true
      case .behind: outcome.isBehind = true
      case .gap(let seconds):
        if seconds < gap ?? .infinity { (gap, outcome.isFirstGap) = (seconds, isFirst) }
      case .reset, .refused, .jump: outcome.findings.append(Finding(key: key, meaning: meaning))
      }
    }
    if !isContinuous { outcome.gap = gap }
    return outcome
  }

  fileprivate static func isWide(_ reading: CounterReading) -> Bool { max(reading.rx, reading.tx) > UInt64(UInt32.max) }

  private func counter(_ row: Row, _ field: String, _ outcome: inout Outcome) -> UInt64? {
    switch row.read(field, RowValue.unsigned) {
    case .value(let value): return value
    case .absent: return nil
    case .unreadable:
      outcome.odd += 1
      return nil
    }
  }
}

extension SampleDerivation.Lane {
  /// Takes a reading.
  /// - Returns: also whether the one before was from before this process.
  fileprivate mutating func add(_ reading: CounterReading, interval: Double, speed: Double?)
    -> (live: LiveLine.Interface, meaning: CounterTrack.Meaning, isFirst: Bool)
  {
    let isFirst = track.last.map { $0.steady == nil } ?? false
    let (live, meaning) = track.add(
      reading, CounterTrack.Rules(interval: interval, speed: speed, hasWideCounters: isWide))
    if meaning != .refused, SampleDerivation.isWide(reading) { isWide = true }
    return (live, meaning, isFirst)
  }
}
