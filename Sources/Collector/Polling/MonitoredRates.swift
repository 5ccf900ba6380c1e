import Shared

/// `rate_source = monitor`: the device's own rates, of `/interface/monitor-traffic`, in place of those derived from its counters. Bytes come
/// from the counters all the same. Pure.
enum MonitoredRates {
  static let path = "/interface/monitor-traffic"

  /// Bit/s, in and out.
  struct Rate: Sendable, Equatable {
    var rx: UInt64
    var tx: UInt64
  }

  /// Once for the interfaces with these `.id`s.
  static func query(_ ids: [String]) -> MenuQuery {
    MenuQuery(
      path: "/interface", command: "monitor-traffic", properties: ["name", "rx-bits-per-second", "tx-bits-per-second"],
      attributes: [("interface", ids.joined(separator: ",")), ("once", "")])
  }

  /// By the interface's name; a row without both numbers tells nothing.
  static func rates(_ rows: [Row]) -> [String: Rate] {
    var rates: [String: Rate] = [:]
    for row in rows {
      guard let name = row["name"], let rx = row["rx-bits-per-second"].flatMap(RowValue.unsigned),
        let tx = row["tx-bits-per-second"].flatMap(RowValue.unsigned)
      else { continue }
      rates[name] = Rate(rx: rx, tx: tx)
    }
    return rates
  }
}

extension LiveLine.Device {
  /// Puts the device's own rates in place of derived ones, by key. What had no rate (a gap, a reset) has none: its bytes decide.
  mutating func take(_ rates: [String: MonitoredRates.Rate]) {
    for (key, rate) in rates where interfaces[key]?.rxRate != nil {
      interfaces[key]?.rxRate = rate.rx
      interfaces[key]?.txRate = rate.tx
    }
  }
}
