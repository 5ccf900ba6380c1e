import Foundation
import Shared

/// The bytes of the present day: from the ledger, and for the minutes that are not in it yet from the live seconds.
struct TodayTally: Sendable {
  /// What the ledger of one interface says about a day.
  struct LedgerPart: Sendable, Equatable {
    var rxBytes: UInt64 = 0
    var txBytes: UInt64 = 0
    /// Seconds whose bytes are known.
    var known = 0.0
    /// The ledger accounts for the time up to here; `nil`: it has no row of the day.
    var through: Double?

    /// Rows of other days are left out; rows of one bucket are added.
    init(_ rows: [LedgerRow], since midnight: Double) {
      var seconds: [Int: Double] = [:]
      for row in rows where Double(row.start) >= midnight {
        (rxBytes, txBytes) = (rxBytes &+ row.rxBytes, txBytes &+ row.txBytes)
        let length = row.accountedThrough - Double(row.start)
        let covered = row.flags.contains(.gap) ? length : row.secondsCovered
        seconds[row.start] = min(Double(LedgerRow.bucketSeconds), (seconds[row.start] ?? 0) + covered)
        through = max(through ?? 0, row.accountedThrough)
      }
      known = seconds.values.reduce(0, +)
    }
  }

  private struct Cached: Sendable {
    var identities: [BoundedFile.Identity?]
    var midnight: Double
    var part: LedgerPart
  }

  /// Bytes read from the end of a month: two days of five-minute rows.
  private static let tail = 64 << 10

  /// By ledger folder.
  private var cache: [String: Cached] = [:]

  /// The bytes of the device's uplinks since its midnight; `nil` while nothing is known of the day. Blocking.
  mutating func today(_ device: DeviceRecord, now: Double, reader: some HandoffReader) -> DeviceView.Today? {
    let midnight = Self.midnight(before: now, zone: device.file?.billing?.timeZone)
    guard now > midnight else { return nil }
    let interfaces = device.file?.interfaces ?? [:]
    let uplinks = interfaces.filter { $0.value.role == "wan" }.map(\.key)
    let keys = uplinks.isEmpty ? Set(interfaces.keys).union(device.lanes.keys).sorted() : uplinks
    var total: DeviceView.Today?
    for key in keys {
      guard let part = whole(device, key, midnight: midnight, now: now, reader: reader) else { continue }
      let coverage = min(1, part.known / (now - midnight))
      total = DeviceView.Today(
        rxBytes: (total?.rxBytes ?? 0) &+ part.rxBytes, txBytes: (total?.txBytes ?? 0) &+ part.txBytes,
        coverage: min(total?.coverage ?? 1, coverage))
    }
    return total
  }

  /// Ledger and live seconds of one interface.
  private mutating func whole(
    _ device: DeviceRecord, _ key: String, midnight: Double, now: Double, reader: some HandoffReader
  ) -> LedgerPart? {
    var part = ledger(device.directory, key, midnight: midnight, now: now, reader: reader)
    var rxBits = 0.0
    var txBits = 0.0
    for (second, rates) in device.lanes[key]?.history.known(after: Int(max(midnight, part.through ?? midnight))) ?? [] {
      rxBits += rates.rx
      txBits += rates.tx
      part.known += 1
      part.through = Double(second)
    }
    part.rxBytes &+= UInt64(min(rxBits / 8, 1e18))
    part.txBytes &+= UInt64(min(txBits / 8, 1e18))
    return part.through == nil ? nil : part
  }

  private mutating func ledger(
    _ directory: DeviceDirectory, _ key: String, midnight: Double, now: Double, reader: some HandoffReader
  ) -> LedgerPart {
    let folder = directory.ledger(key)
    // Local midnight may lie in the UTC month before.
    let paths = Set([directory.ledger(key, monthOf: Int(midnight)), directory.ledger(key, monthOf: Int(now))]).sorted()
    let identities = paths.map { path in (try? reader.identity(path)) ?? nil }
    if let cached = cache[folder], cached.identities == identities, cached.midnight == midnight { return cached.part }
    var rows: [LedgerRow] = []
    for (path, identity) in zip(paths, identities) {
      // A ledger that cannot be read leaves the day partly unknown, which its coverage says.
      guard let identity, let bytes = try? reader.read(path, offset: max(0, identity.size - Self.tail), count: Self.tail),
        let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
      else { continue }
      rows += bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap {
        LedgerRow(line: String(decoding: $0, as: UTF8.self))
      }
    }
    let part = LedgerPart(rows, since: midnight)
    cache[folder] = Cached(identities: identities, midnight: midnight, part: part)
    return part
  }

  /// The last midnight in the zone; the node's own zone where the name is unknown.
  static func midnight(before now: Double, zone: String?) -> Double {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone.flatMap { TimeZone(identifier: $0) } ?? .current
    return calendar.startOfDay(for: Date(timeIntervalSince1970: now)).timeIntervalSince1970
  }
}
