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
    /// Resets and refusals, by key; not gaps, which concern the whole device.
    var findings: [Finding] = []
    /// The longest time that an interface had not been read, when that was a gap.
    var gap: Double?
    /// Readings that were no numbers.
    var odd = 0
  }

  let interval: Double
  private(set) var tracks: [String: CounterTrack]
  /// Interfaces that have shown a counter above 32 bits: theirs do not wrap there.
  private var wide: Set<String>

  /// - Parameter last: where the history ends, by key: bytes since then are closed by the counters.
  init(interval: Double, last: [String: CounterReading]) {
    self.interval = interval
    tracks = last.mapValues { CounterTrack(last: $0) }
    wide = Set(last.filter { max($0.value.rx, $0.value.tx) > UInt64(UInt32.max) }.keys)
  }

  /// The time of the newest reading of any interface.
  var newest: Double? { tracks.values.lazy.compactMap { $0.last?.time }.max() }

  /// The device rebooted since its last sample: every counter began again.
  mutating func restartAll() {
    for key in tracks.keys { tracks[key]?.restart() }
  }

  /// The device booted at `boot` (epoch seconds): counters read before that have begun again since.
  mutating func restart(readBefore boot: Double) {
    for (key, track) in tracks {
      // Uptime comes in whole seconds, and a device's clock may be off by a thousandth.
      if let last = track.last, last.steady == nil, last.time + 2 + (boot - last.time) * 0.001 < boot { tracks[key]?.restart() }
    }
  }

  /// This interface was made anew.
  mutating func restart(_ key: String) { tracks[key]?.restart() }

  /// - Parameters:
  ///   - rows: `.id`, `rx-byte`, `tx-byte`.
  ///   - keys: by `.id`; rows of other interfaces are left out.
  ///   - speeds: link speeds in bit/s by key, where known.
  ///   - time: the middle of the round trip, epoch seconds to the millisecond; `steady`: the same moment.
  mutating func derive(_ rows: [Row], keys: [String: String], speeds: [String: Double], time: Double, steady: Double) -> Outcome {
    var outcome = Outcome(sample: LiveLine.Device(time: time, interfaces: [:]))
    outcome.sample.interfaces.reserveCapacity(rows.count)
    for row in rows {
      guard let id = row[".id"], let key = keys[id] else { continue }
      guard let rx = counter(row, "rx-byte", &outcome), let tx = counter(row, "tx-byte", &outcome) else { continue }
      let reading = CounterReading(time: time, steady: steady, rx: rx, tx: tx)
      if max(rx, tx) > UInt64(UInt32.max) { wide.insert(key) }
      let rules = CounterTrack.Rules(interval: interval, speed: speeds[key], hasWideCounters: wide.contains(key))
      // The clock was set back: time stands still until it has caught up, and the counters close the gap.
      if let last = tracks[key]?.last, time <= last.time { continue }
      let (live, meaning) = tracks[key, default: CounterTrack()].add(reading, rules)
      outcome.sample.interfaces[key] = live
      switch meaning {
      case .first, .sample: break
      case .gap(let seconds): outcome.gap = max(outcome.gap ?? 0, seconds)
      case .reset, .refused: outcome.findings.append(Finding(key: key, meaning: meaning))
      }
    }
    return outcome
  }

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
