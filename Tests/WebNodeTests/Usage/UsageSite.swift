import Foundation
import Shared
import TestSupport

@testable import WebNode

extension MeterSite {
  /// Writes what a collector has written of this device by `now`: ledger, journal of its last minutes, `device.json`, heartbeat.
  ///
  /// - Parameters:
  ///   - from, to: seconds since the start in which the collector lived.
  ///   - journal: how many seconds its journal reaches back.
  ///   - skew: by how much its clock is ahead.
  @discardableResult
  func write(
    _ collector: inout CollectorFixture, _ device: String, key: String, from: Int = 0, to: Int? = nil, late: Double = 0.25,
    journal: Int = 700, now: Double, billing: DeviceFile.Billing? = DeviceFile.Billing(day: 1, timeZone: "UTC"),
    role: String? = "wan", skew: Double = 0
  ) throws -> [LedgerRow] {
    let to = to ?? seconds
    collector.set(device, .up)
    try collector.beat(at: min(now, Double(start + to)))
    try collector.describe(device, [(key, "uplink", role)]) { $0.billing = billing }
    let rows = rows([], late: late, skew: skew, from: from, to: to)
    let finished = rows.filter { $0.accountedThrough <= Double(start + to - 30) }
    _ = LedgerFile(directory: collector.directory.device(device), key: key).append(finished)
    var previous = counters(Double(start + max(from, to - journal) - 1) + late)
    for second in max(from, to - journal)..<to {
      let time = Double(start + second) + late
      let value = counters(time)
      let isFirst = second == from
      let bytes = (rx: value.rx &- previous.rx, tx: value.tx &- previous.tx)
      let told = ((time + skew) * 1000).rounded() / 1000
      var line = LiveLine(time: told + 0.1, devices: [:])
      line.devices[device] = LiveLine.Device(
        time: told,
        interfaces: [
          key: LiveLine.Interface(
            rxRate: isFirst ? nil : bytes.rx * 8, txRate: isFirst ? nil : bytes.tx * 8, rxBytes: isFirst ? nil : bytes.rx,
            txBytes: isFirst ? nil : bytes.tx, rxCounter: value.rx, txCounter: value.tx)
        ])
      try AtomicFile.append(collector.directory.live(minuteOf: Int(told)), line.encoded(), durability: .atomic)
      previous = value
    }
    return finished
  }
}
