import Shared
import TestSupport

@testable import Collector

/// A device with one interface, its collector, and everything that may go wrong between them: for ``AccountingPropertyTests``.
///
/// The collector is the real one from counters to ledger rows: ``SampleDerivation``, the journal's text, ``InterfaceStore`` with its
/// ``LedgerBook``. Clocks, device and disk are made up.
struct AccountingWorld {
  static let speed = 1e9
  /// Bytes a second that the link really carries at most.
  static let busiest: UInt64 = 110_000_000

  var generator: SeededGenerator
  /// Seconds of true time; the host's clock is this plus `clockError`.
  var truth = 1_795_219_200.0
  var clockError = 0.0
  let isNarrow: Bool

  // The device.
  var rx: UInt64 = 0
  var tx: UInt64 = 0
  var booted: Double
  /// What the link has carried.
  var carried = (rx: UInt64(0), tx: UInt64(0))

  // The collector's process.
  var began: Double
  var clock: SampleClock
  var derivation: SampleDerivation
  var reboots = RebootDetection()
  var store = InterfaceStore(after: nil, archivedThrough: 0)

  // The disk.
  /// Lines by the minute of their file.
  var journal: [(file: Int, line: [UInt8])] = []
  var ledger: [LedgerRow] = []
  var archive: [ArchiveRow] = []
  var uptime: RebootDetection.Uptime?
  /// Traffic before the first reading is nobody's.
  var first: (rx: UInt64, tx: UInt64)?

  init(seed: Int) {
    generator = SeededGenerator(seed: UInt64(seed))
    isNarrow = seed % 3 == 0
    truth += Double(seed % 300)
    began = truth
    booted = truth - 10_000_000
    clock = SampleClock(epoch: truth, steady: 0)
    derivation = SampleDerivation(interval: 1, last: [:])
    rx = isNarrow ? 4_200_000_000 : 5_000_000_000
  }

  var steady: Double { truth - began }
  var hostClock: Double { truth + clockError }

  // MARK: The device

  mutating func pass(_ seconds: Double, load: Double = 1) {
    truth += seconds
    let most = UInt64(Double(Self.busiest) * seconds * load)
    let bytes = (rx: UInt64.random(in: 0...most, using: &generator), tx: UInt64.random(in: 0...most / 1000, using: &generator))
    carried.rx += bytes.rx
    carried.tx += bytes.tx
    rx = limited(rx + bytes.rx)
    tx = limited(tx + bytes.tx)
  }

  private func limited(_ counter: UInt64) -> UInt64 { isNarrow ? counter & UInt64(UInt32.max) : counter }

  mutating func resetCounters() { (rx, tx) = (0, 0) }

  mutating func reboot() {
    resetCounters()
    booted = truth
  }

  // MARK: The collector

  /// What a session begins with, as ``DevicePoller`` does it.
  mutating func connect() {
    let told = RebootDetection.Uptime(seconds: (truth - booted).rounded(.down), time: clock.epoch(of: steady), steady: steady)
    derivation.restart(readBefore: told.time - told.seconds)
    if reboots.add(told, since: derivation.newest) { derivation.restartAll() }
  }

  /// One sample. `isLost`: it does not reach the disk; only plain ones are lost here.
  mutating func sample(shown: (rx: UInt64, tx: UInt64)? = nil, isLost: Bool = false) {
    _ = clock.follow(epoch: hostClock, steady: steady)
    let time = SampleClock.rounded(clock.epoch(of: steady))
    let (rx, tx) = shown ?? (rx, tx)
    let row = Row(fields: [
      .init(name: ".id", value: "*1"), .init(name: "rx-byte", value: String(rx)), .init(name: "tx-byte", value: String(tx)),
    ])
    let outcome = derivation.derive([row], keys: ["*1": "e"], speeds: ["e": Self.speed], time: time, steady: steady)
    // What the heartbeat says.
    uptime = RebootDetection.Uptime(seconds: (truth - booted).rounded(.down), time: time)
    if isLost, outcome.findings.isEmpty, outcome.gap == nil { return }
    if first == nil { first = carried }
    let line = LiveLine(time: time, devices: ["d": outcome.sample]).encoded()
    journal.append((Int(clock.epoch(of: steady)) / 60, line))
    if journal.count % 100 == 0 {
      let floor = min(clock.epoch(of: steady) - JournalWriter.kept, store.journalFloor ?? .infinity)
      journal.removeAll { $0.file < Int(floor) / 60 }
    }
    take(line)
    if Int.random(in: 0..<10, using: &generator) == 0 { flush() }
  }

  private mutating func take(_ line: [UInt8]) {
    let decoded = line.withUnsafeBytes { LiveLine.decode(UnsafeRawBufferPointer(rebasing: $0.dropLast())) }
    guard let device = decoded?.devices["d"], let value = device.interfaces["e"] else { return }
    store.add(time: device.time, value)
  }

  mutating func flush() {
    ledger += store.ledgerRows
    store.ledgerWritten(store.ledgerRows.count)
    archive += store.rows
    store.archived(store.rows.count)
  }

  /// `seconds` without a collector: killed, or stopped in good order.
  mutating func restart(clean: Bool, downFor seconds: Double) {
    if clean {
      store.close()
      flush()
    }
    pass(seconds, load: isNarrow ? 0.01 : 1)
    store = InterfaceStore(after: ledger.last, archivedThrough: archive.last?.time ?? 0)
    for entry in journal.enumerated().sorted(by: { ($0.element.file, $0.offset) < ($1.element.file, $1.offset) }) {
      take(entry.element.line)
    }
    flush()
    began = truth
    clock = SampleClock(epoch: hostClock, steady: 0)
    var last: [String: CounterReading] = [:]
    if let end = store.book.last { last["e"] = CounterReading(time: end.time, rx: end.rxCounter, tx: end.txCounter) }
    derivation = SampleDerivation(interval: 1, last: last)
    reboots = RebootDetection(last: uptime)
    connect()
  }

  /// Everything comes to rest: time passes the end of the history, and a last sample closes what is open.
  mutating func finish() {
    for _ in 0..<3 {
      pass(1)
      sample()
    }
    let end = store.book.last?.time ?? 0
    // Longer than the host's clock may be waited for.
    if end >= clock.epoch(of: steady) { pass(end - clock.epoch(of: steady) + 100, load: 0) }
    sample()
    store.close()
    flush()
  }
}
