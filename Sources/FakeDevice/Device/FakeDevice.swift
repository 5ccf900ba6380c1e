/// One device, ready to answer: menus, counters, users and faults. Unchanging; time comes in with each question.
final class FakeDevice: Sendable {
  /// The interface named in a command, as far as commands need it.
  struct Interface: Sendable {
    let name: String
    let id: String?
    let defaultName: String?
    let counters: InterfaceCounters
  }

  let data: DeviceData
  let user: String
  let password: String
  let login: DeviceData.Login
  /// Epoch at which the program started, to which relative times of the data refer.
  let started: Double
  let clock: BootClock
  let interfaces: [Interface]
  private let menus: [String: [Row]]
  private let monitors: [String: [Row]]

  /// - Throws: `DataError` when a live value of the data is none.
  init(_ data: DeviceData, user: String, password: String, oldLogin: Bool, started: Double) throws(DataError) {
    self.data = data
    self.started = started
    self.user = data.user ?? user
    self.password = data.password ?? password
    login = oldLogin ? .challenge : data.login ?? (data.major < 7 ? .both : .plain)
    let boots = data.boots(started: started)
    let clock = BootClock(boots: boots, seed: Hash.seed(data.name))
    self.clock = clock
    interfaces = data.interfaces.map { interface in
      Interface(
        name: interface.name, id: interface.row[".id"], defaultName: interface.row["default-name"],
        counters: interface.counters(boots: boots))
    }
    var menus: [String: [Row]] = [:]
    for (path, rows) in data.menus {
      menus[path] = try rows.map { (row) throws(DataError) in try Self.row(row, clock) }
    }
    if menus["/interface"] == nil {
      menus["/interface"] = try zip(data.interfaces, interfaces).map { (data, interface) throws(DataError) in
        Self.withCounters(try Self.row(data.row, clock), interface.counters)
      }
    }
    var monitors: [String: [Row]] = [:]
    for (path, rows) in data.monitors ?? [:] {
      monitors[path] = try rows.map { (row) throws(DataError) in try Self.row(row, clock) }
    }
    self.menus = menus
    self.monitors = monitors
  }

  /// The rows of a menu; `nil` when the device has no such menu.
  func rows(_ path: String) -> [Row]? { menus[path] }

  /// What `monitor` answers for the interface called `name`.
  func monitor(_ path: String, name: String, at time: Double) -> Row? {
    monitors[path]?.first { $0.text("name", at: time) == name }
  }

  func hasMonitor(_ path: String) -> Bool { monitors[path] != nil }

  /// The interface that a command names by name or `.id`.
  func interface(_ text: String) -> Interface? { interfaces.first { $0.name == text || $0.id == text } }

  /// Whether the device answers at all: it does not while it restarts or refuses.
  func isReachable(at time: Double) -> Bool {
    !(data.reboots ?? []).contains { $0.contains(time, start: started) } && fault(.refuse, at: time) == nil
  }

  /// The fault of this kind that is in force.
  func fault(_ kind: FaultData.Kind, at time: Double) -> FaultData? {
    data.allFaults.first { $0.kind == kind && $0.span.contains(time, start: started) }
  }

  /// The faults in force, in the order of the data.
  func faults(at time: Double) -> [FaultData] { data.allFaults.filter { $0.span.contains(time, start: started) } }

  private static func row(_ data: RowData, _ clock: BootClock) throws(DataError) -> Row {
    Row(
      fields: try data.fields.map { (field) throws(DataError) in
        (name: field.name, value: try LiveText.value(field.value, field: field.name, clock: clock))
      })
  }

  /// Counters in the order and under the names of `/interface print stats`.
  private static func withCounters(_ row: Row, _ counters: InterfaceCounters) -> Row {
    let live: [(String, @Sendable (Double) -> UInt64)] = [
      ("rx-byte", { counters.rxBytes(at: $0) }), ("tx-byte", { counters.txBytes(at: $0) }),
      ("rx-packet", { counters.rxPackets(at: $0) }), ("tx-packet", { counters.txPackets(at: $0) }),
      ("rx-drop", { _ in 0 }), ("tx-drop", { _ in 0 }),
      ("tx-queue-drop", { counters.rare(counters.txPackets(at: $0), perBillion: 400) }),
      ("rx-error", { counters.rare(counters.rxPackets(at: $0), perBillion: 2) }), ("tx-error", { _ in 0 }),
      ("fp-rx-byte", { counters.rxBytes(at: $0) }), ("fp-tx-byte", { counters.txBytes(at: $0) }),
      ("fp-rx-packet", { counters.rxPackets(at: $0) }), ("fp-tx-packet", { counters.txPackets(at: $0) }),
    ]
    var result = row
    for (name, make) in live where !row.fields.contains(where: { $0.name == name }) {
      result.fields.append((name: name, value: .live { String(make($0)) }))
    }
    return result
  }
}

extension DeviceData {
  /// Epochs of all boots, ascending: the first, and the end of each reboot.
  func boots(started: Double) -> [Double] {
    ([boot ?? Self.defaultBoot] + (reboots ?? []).map { $0.range(start: started).to }).sorted()
  }
}

extension InterfaceData {
  /// The counters of this interface on a device that was started at `boots`.
  func counters(boots: [Double]) -> InterfaceCounters {
    var rx = self.rx ?? .none
    var tx = self.tx ?? .none
    rx.seed = (rx.seed ?? name + "/rx")
    tx.seed = (tx.seed ?? name + "/tx")
    return InterfaceCounters(rx: rx, tx: tx, wrap32: wrap32 ?? false, origins: boots + (resets ?? []))
  }
}
