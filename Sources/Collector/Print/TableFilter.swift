import Shared

/// Which rows are shown. Each filter belongs to some tables and means nothing to the others, as in MKTXP.
struct TableFilter: Sendable, Equatable {
  enum State: Sendable, Equatable { case on, off }

  var defaults = FilterDefaults()
  /// `--filter`, `--include`, `--exclude`: of any field, shown or not.
  var text: TextPattern?
  var include: [TextPattern] = []
  var exclude: [TextPattern] = []
  // Wireless clients.
  /// dBm: at most.
  var lowSignal: Double?
  /// dBm: at least.
  var minSignal: Double?
  /// bit/s: the slower direction at most.
  var lowRate: Double?
  /// Seconds: connected for at most.
  var recent: Double?
  var band: String?
  // DHCP leases.
  var isUnidentified = false
  /// Leases, address lists, Kid Control: dynamic (on) or static (off) only.
  var dynamic: State?
  /// Leases: bound (on) or not (off) only.
  var bound: State?
  // Connections, Kid Control.
  var top: Int?
  var minConnections: Int?
  /// bit/s: both directions together at least.
  var rateAbove: Double?
  var isActive = false
  var isUnassigned = false
  /// Netwatch: up or down only.
  var up: State?
  // Interfaces.
  var plugged: State?
  /// bit/s.
  var degraded: Double?
  var rate: Double?
  var rateBelow: Double?

  /// Whether any filter applies to this table.
  func isActive(for subject: PrintSubject) -> Bool {
    if text != nil || !include.isEmpty || !exclude.isEmpty { return true }
    return switch subject {
    case .wifi, .capsman: lowSignal != nil || minSignal != nil || lowRate != nil || recent != nil || band != nil
    case .dhcp: isUnidentified || dynamic != nil || bound != nil
    case .connections: top != nil || minConnections != nil
    case .kidControl: top != nil || rateAbove != nil || isActive || isUnassigned || dynamic != nil
    case .addressLists: dynamic != nil
    case .netwatch: up != nil
    case .interfaces, .sfp: plugged != nil || degraded != nil || rate != nil || rateBelow != nil
    case .neighbors: false
    }
  }

  func passes(_ entry: TableEntry, _ subject: PrintSubject) -> Bool {
    guard passesTexts(entry) else { return false }
    return switch subject {
    case .wifi: passesWireless(entry, signal: "signal_strength")
    case .capsman: passesWireless(entry, signal: "rx_signal")
    case .dhcp: passesLease(entry)
    case .connections: minConnections.map { entry.number("connection_count") ?? 0 >= Double($0) } ?? true
    case .kidControl: passesKidControl(entry)
    case .addressLists: dynamic.map { entry.flag("dynamic") == ($0 == .on) } ?? true
    case .netwatch: up.map { entry.text("status") == ($0 == .on ? "Up" : "Down") } ?? true
    case .interfaces, .sfp: passesLink(EthernetLink(entry.row))
    case .neighbors: true
    }
  }

  /// Cuts to the first, where that is asked for. `--top` of Kid Control is a ranking over all users.
  func cut(_ entries: [TableEntry], _ subject: PrintSubject) -> [TableEntry] {
    guard let top else { return entries }
    return switch subject {
    case .connections: Array(entries.prefix(top))
    case .kidControl: Array(entries.sorted(by: KidControlTable.busiestFirst).prefix(top))
    case .wifi, .capsman, .dhcp, .netwatch, .neighbors, .addressLists, .interfaces, .sfp: entries
    }
  }

  private func passesTexts(_ entry: TableEntry) -> Bool {
    guard text != nil || !include.isEmpty || !exclude.isEmpty else { return true }
    let cells = zip(entry.cells, entry.columns).map { TableText.text($0, $1.type) }
    let texts = (entry.row.fields.map(\.value) + cells).filter { !$0.isEmpty }
    if let text, !texts.contains(where: text.matches) { return false }
    if !include.isEmpty, !include.contains(where: { texts.contains(where: $0.matches) }) { return false }
    return !exclude.contains { texts.contains(where: $0.matches) }
  }

  /// A row without the value that a filter looks at passes it.
  private func passesWireless(_ entry: TableEntry, signal: String) -> Bool {
    if let strength = entry.number(signal) {
      if let lowSignal, strength > lowSignal { return false }
      if let minSignal, strength < minSignal { return false }
    }
    if let lowRate, let slowest = [entry.number("tx_rate"), entry.number("rx_rate")].compactMap({ $0 }).min(), slowest > lowRate {
      return false
    }
    if let recent, let uptime = entry.number("uptime"), uptime > recent { return false }
    return band.map { WirelessBand.matches($0, entry.row) } ?? true
  }

  private func passesLease(_ entry: TableEntry) -> Bool {
    if isUnidentified, !(entry.row["host-name"] ?? "").isEmpty || !(entry.row["comment"] ?? "").isEmpty { return false }
    if let dynamic, entry.flag("dynamic") != (dynamic == .on) { return false }
    let isBound = entry.row["status"].map { $0 == "bound" } ?? !(entry.row["active-address"] ?? "").isEmpty
    return bound.map { isBound == ($0 == .on) } ?? true
  }

  private func passesKidControl(_ entry: TableEntry) -> Bool {
    let rate = KidControlTable.rate(entry)
    if let rateAbove, rate < rateAbove { return false }
    if isActive, rate <= 0 { return false }
    if isUnassigned, !entry.group.isEmpty { return false }
    return dynamic.map { entry.flag("dynamic") == ($0 == .on) } ?? true
  }

  private func passesLink(_ link: EthernetLink) -> Bool {
    if let plugged, link.isPlugged != (plugged == .on) { return false }
    if let degraded, !link.isDegraded(below: degraded) { return false }
    if let rate, link.rate != rate { return false }
    if let rateBelow, !(link.rate.map { $0 > 0 && $0 < rateBelow } ?? false) { return false }
    return true
  }
}

/// `--band`.
private enum WirelessBand {
  private static let bands: [(names: Set<String>, signs: [String], interface: String)] = [
    (["2g", "2.4", "2.4g", "2.4ghz"], ["2ghz", "2.4ghz", "2.4g", "2g"], "1"), (["5g", "5ghz"], ["5ghz", "5g"], "2"),
    (["6g", "6ghz"], ["6ghz", "6g"], "3"),
  ]

  /// By the field `band`, else by what interface and network are called: `wlan1` and `wifi1` are 2.4 GHz by the maker's habit.
  static func matches(_ wanted: String, _ row: Row) -> Bool {
    let wanted = wanted.lowercased()
    let names = [row["band"], row["interface"], row["ssid"]].map { ($0 ?? "").lowercased() }
    guard let band = bands.first(where: { $0.names.contains(wanted) }) else { return names.contains { $0.contains(wanted) } }
    if !names[0].isEmpty { return band.signs.contains { names[0].hasPrefix($0) } }
    if ["wlan", "wifi"].contains(where: { names[1] == $0 + band.interface }) { return true }
    return band.signs.contains { (names[1] + " " + names[2]).contains($0) }
  }
}
