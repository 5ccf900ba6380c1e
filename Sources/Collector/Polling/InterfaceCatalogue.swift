import Shared

/// The interfaces of one device: their lasting keys, which are recorded, and what changed. Pure; `device.json` is its memory.
struct InterfaceCatalogue: Sendable {
  /// What a new list of interfaces brought.
  struct Changes: Sendable, Equatable {
    var events: [EventLine] = []
    /// Keys of interfaces that were made anew: their counters began again.
    var remade: [String] = []
  }

  /// As many as one question for their counters has room for.
  static let defaultLimit = 1000

  let filter: InterfaceFilter
  let retention: String
  /// How many are recorded at most.
  let limit: Int
  /// Interfaces that the filter wants and the limit leaves out.
  private(set) var capped = 0
  /// All that were ever seen, by key.
  private(set) var known: [String: DeviceFile.Interface]
  /// Recorded interfaces that the device has now: key by `.id`.
  private(set) var recorded: [String: String] = [:]
  /// Keys of everything that the device has now, recorded or not.
  private(set) var present: Set<String> = []
  // What every sample asks for is worked out when a list comes, not each second.
  /// `.id`s of the recorded interfaces, in the device's order.
  private(set) var recordedIDs: [String] = []
  /// Link speeds in bit/s by key. A link that is down has none: its last one may not be its next.
  private(set) var speeds: [String: Double] = [:]
  /// Keys whose traffic stands for the device: its uplinks, or all that is recorded where no uplink is.
  private(set) var representative: Set<String> = []
  private var uplinkNames: Set<String> = []

  init(
    filter: InterfaceFilter, retention: String, limit: Int = InterfaceCatalogue.defaultLimit,
    known: [String: DeviceFile.Interface] = [:]
  ) {
    self.filter = filter
    self.retention = retention
    self.limit = limit
    self.known = known
  }

  /// `.id`s of recorded Ethernet ports whose link is up.
  var runningEthernetIDs: [String] {
    recordedIDs.filter { id in
      guard let interface = recorded[id].flatMap({ known[$0] }) else { return false }
      return interface.type == "ether" && interface.running == true
    }
  }

  /// Takes the device's list of interfaces at `now` (epoch seconds).
  mutating func update(_ list: [InterfaceRow], now: Double) -> Changes {
    let wanted = list.filter { filter.matches(name: $0.name, comment: $0.comment, type: $0.type, isDynamic: $0.isDynamic) }
    let rows = withinLimit(wanted).sorted { ($0.order, $0.id) < ($1.order, $1.id) }
    let before = present
    var keys = InterfaceMatching.match(rows, known)
    var changes = Changes()
    present = []
    recorded = [:]
    recordedIDs = []
    for row in rows where recorded[row.id] == nil {
      let key = keys[row.id] ?? newKey(for: row)
      keys[row.id] = key
      recorded[row.id] = key
      recordedIDs.append(row.id)
      present.insert(key)
      update(key, row, now, &changes)
    }
    for key in before.subtracting(present) { known[key]?.lastSeen = now }
    noteSpeeds()
    noteRepresentative()
    return changes
  }

  /// What comes and goes is left out first, then what was made last: the same ones each time.
  private mutating func withinLimit(_ rows: [InterfaceRow]) -> [InterfaceRow] {
    capped = max(0, rows.count - limit)
    guard capped > 0 else { return rows }
    let ranked = rows.sorted { ($0.isDynamic ? 1 : 0, $0.order, $0.id) < ($1.isDynamic ? 1 : 0, $1.order, $1.id) }
    return Array(ranked.prefix(limit))
  }

  /// Takes the names of the interfaces that are uplinks now.
  mutating func setUplinks(_ names: Set<String>) {
    uplinkNames = names
    for (key, interface) in known {
      let role = present.contains(key) && names.contains(interface.name) ? "wan" : nil
      // A change copies all of them.
      if interface.role != role { known[key]?.role = role }
    }
    noteRepresentative()
  }

  /// Takes link speeds in bit/s, by the interface's present name; interfaces that are not named keep what is known.
  /// - Returns: events of links that have another speed than before.
  mutating func setSpeeds(_ speeds: [String: Double], now: Double) -> [EventLine] {
    var events: [EventLine] = []
    for key in present.sorted() {
      guard let interface = known[key], let speed = speeds[interface.name], speed != interface.speed else { continue }
      if let before = interface.speed {
        let text = "\(interface.name): link speed is now \(LinkSpeeds.text(speed)), it was \(LinkSpeeds.text(before))"
        events.append(EventLine(t: now, kind: .link, interface: key, text: text))
      }
      known[key]?.speed = speed
    }
    noteSpeeds()
    return events
  }

  private mutating func noteSpeeds() {
    speeds = [:]
    for key in present {
      if let interface = known[key], interface.running != false, let speed = interface.speed { speeds[key] = speed }
    }
  }

  private mutating func noteRepresentative() {
    let uplinks = present.filter { known[$0]?.role == "wan" }
    representative = uplinks.isEmpty ? present : uplinks
  }

  private mutating func update(_ key: String, _ row: InterfaceRow, _ now: Double, _ changes: inout Changes) {
    var interface = known[key] ?? DeviceFile.Interface(name: row.name)
    if interface.names.isEmpty {
      interface.names = [.init(name: interface.name, from: interface.firstSeen ?? now)]
    }
    if interface.name != row.name {
      changes.events.append(
        EventLine(t: now, kind: .rename, interface: key, text: "\(interface.name) is now called \(row.name)"))
      interface.names = interface.names.suffix(99) + [.init(name: row.name, from: now)]
    }
    if let was = interface.running, let isRunning = row.isRunning, was != isRunning {
      changes.events.append(
        EventLine(t: now, kind: .link, interface: key, text: "\(row.name): link \(isRunning ? "up" : "down")"))
    }
    if row.isDynamic, let id = interface.id, id != row.id { changes.remade.append(key) }
    interface.name = row.name
    interface.defaultName = row.defaultName ?? interface.defaultName
    interface.mac = row.mac
    interface.id = row.id
    interface.type = row.type ?? interface.type
    interface.role = uplinkNames.contains(row.name) ? "wan" : nil
    interface.comment = row.comment
    interface.dynamic = row.isDynamic
    interface.running = row.isRunning
    interface.retention = interface.retention ?? retention
    interface.firstSeen = interface.firstSeen ?? now
    interface.lastSeen = interface.lastSeen ?? now
    known[key] = interface
  }

  /// A key that no other interface has or had.
  private func newKey(for row: InterfaceRow) -> String {
    let base = FolderName.escape(row.defaultName ?? row.name)
    guard known[base] != nil else { return base }
    var number = 2
    while true {
      let suffix = ".\(number)"
      let key = String(base.prefix(FolderName.limit - suffix.utf8.count)) + suffix
      if known[key] == nil { return key }
      number += 1
    }
  }
}
