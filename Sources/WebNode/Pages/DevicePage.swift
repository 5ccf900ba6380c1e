import Foundation
import Hummingbird

/// `/devices/{device}`: one device.
struct DevicePage {
  /// Interfaces with a live graph each; a device with more shows the first ones.
  static let sparkLimit = 40

  let shell: PageShell
  let device: DeviceView

  func response() async -> Response {
    let details = await DeviceDetails(shell, device)
    let phrases = StatePhrases(device, now: shell.now, time: shell.time)
    let model = DeviceFields(device: device, now: shell.now, time: shell.time)
    var fields = shell.fields(title: device.name, section: .overview, scripts: [.device], boot: await boot())
    fields["name"] = device.name
    fields["isLive"] = !device.interfaces.isEmpty
    fields["about"] = about
    fields["state"] = phrases.fields
    fields["kind"] = phrases.kind == "bad" ? "bad" : ""
    fields["sentence"] =
      device.isRetired ? "No collector lists this device any more; its history stays." : phrases.sentence ?? false
    fields["in"] = DeviceFields.rate(device.rxRate)
    fields["out"] = DeviceFields.rate(device.txRate)
    fields["tiles"] = tiles(model, details.health)
    let counts = details.health?.interfaceFields() ?? [:]
    fields["interfaces"] = device.interfaces.map {
      InterfaceFields(device: device, interface: $0).fields.merging(counts[$0.name] ?? Self.noCounts) { $1 }
    }
    fields["interfaceCount"] = device.interfaces.count == 1 ? "1 recorded" : "\(device.interfaces.count) recorded"
    fields["identity"] = identity
    for (name, value) in details.fields { fields[name] = value }
    return shell.page("device", fields)
  }

  private func boot() async -> PageJSON {
    let total = Set(device.totalInterfaces.map(\.key))
    let source = SparkSource(services: shell.services)
    var interfaces: [PageJSON] = []
    for (index, interface) in device.interfaces.enumerated() {
      let spark = index < Self.sparkLimit ? await source.spark(of: interface, device) : .empty
      interfaces.append(
        InterfaceFields(device: device, interface: interface).boot(spark: spark, isPart: total.contains(interface.key)))
    }
    return .object([
      ("page", .text("device")), ("t", .number(shell.now)), ("device", .text(device.name)),
      ("state", .text(device.state.rawValue)),
      ("interfaces", .list(interfaces)),
    ])
  }

  private var about: String {
    var parts: [String] = []
    if let identity = device.identity, identity != device.name { parts.append(identity) }
    if let model = device.model { parts.append(model) }
    if let version = device.version { parts.append("RouterOS " + version) }
    if let address = device.address { parts.append(address) }
    return parts.joined(separator: " · ")
  }

  private static var noCounts: Fields {
    [
      "errors": ["text": Format.unknown, "kind": ""] as Fields, "drops": ["text": Format.unknown, "kind": ""] as Fields,
      "mtu": Format.unknown, "downs": Format.unknown,
    ]
  }

  private func tiles(_ model: DeviceFields, _ health: DeviceHealth?) -> [Fields] {
    let isKnown = device.state != .down
    let today = device.today
    let received = Format.parts(today.map { Double($0.rx) }, unit: "B")
    let exactness = today.map(Exactness.init)
    let mark = exactness?.mark ?? ""
    let sent = mark + Format.bytes(today.map { Double($0.tx) })
    let coverage = today.map { Format.percent($0.coverage) + " of the time is known" } ?? "written every 5 minutes"
    return [
      Self.tile("CPU", isKnown ? device.cpuPercent : nil, "%", level: isKnown ? device.cpuPercent : nil, warn: 80, bad: 95),
      Self.tile(
        "Memory in use", isKnown ? device.memoryPercent : nil, "%", level: isKnown ? device.memoryPercent : nil, warn: 85, bad: 95
      ),
      Self.tile("Temperature", isKnown ? device.temperature : nil, "°C"),
      Self.voltage(isKnown ? health : nil), Self.disk(isKnown ? health : nil),
      Self.tile("Ping", DeviceFields.ping(isKnown ? device.latencyMs : nil), note: "answer of its API"),
      Self.tile(
        "Uptime", isKnown ? Format.duration(device.uptime) : Format.unknown, note: device.version.map { "RouterOS " + $0 }),
      Self.tile(
        "Today", mark + received.number, small: received.unit.isEmpty ? nil : received.unit + " in",
        note: "\(sent) out, \(coverage)" + (exactness?.isLowerBound == true ? "; counters were reset: at least this much" : ""),
        title: exactness?.explanation),
    ]
  }

  private var identity: [Fields] {
    var rows: [(String, String)] = [("Name", device.name)]
    func add(_ label: String, _ value: String?) { if let value, !value.isEmpty { rows.append((label, value)) } }
    add("Identity", device.identity)
    add("Model", device.model)
    add("Serial number", device.serial)
    add("RouterOS", device.version)
    add("Address", device.address)
    add("Collectors", Self.provenance(device, roots: shell.services.config.storage))
    add("Sampled every", Format.duration(device.interval))
    add("Last sample", device.sampleTime.map { shell.time.moment($0) })
    add("Missed samples", device.missedSamples.map { Format.parts(Double($0), unit: "").text + " since its collector started" })
    add("Labels", device.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
    return rows.map { ["label": $0.0, "value": $0.1] }
  }

  private static func voltage(_ health: DeviceHealth?) -> Fields {
    let power = health?.power.map { Format.fact($0, "W", digits: 1) }
    guard let (value, note) = health?.voltage else { return tile("Voltage", Format.unknown, note: power) }
    return tile("Voltage", Format.fixed(value, 1), small: "V", note: [note, power].compactMap { $0 }.joined(separator: ", "))
  }

  private static func disk(_ health: DeviceHealth?) -> Fields {
    guard let (free, total) = health?.disk else { return tile("Disk in use", Format.unknown) }
    let used = (1 - free / total) * 100
    var fields = tile("Disk in use", used, "%", level: used, warn: 85, bad: 95)
    fields["notes"] = [["kind": "", "text": "\(Format.bytes(free)) of \(Format.bytes(total)) free"] as Fields]
    return fields
  }

  /// Whose data the reader sees: the collectors, that of the live values first.
  static func provenance(_ device: DeviceView, roots: [String]) -> String {
    device.replicas.enumerated().map { index, replica in
      let isAlone = device.replicas.count { $0.collector == replica.collector } == 1
      let name =
        isAlone || !roots.indices.contains(replica.root) ? replica.collector : "\(replica.collector) in \(roots[replica.root])"
      if replica.isRetired { return name + " (past only)" }
      switch replica.state {
      case .stale: return name + " (silent)"
      case .down: return name + " (does not reach it)"
      case .starting: return name + " (starting)"
      case .up, .degraded, .push: return index == 0 && device.replicas.count > 1 ? name + " (shown now)" : name
      }
    }
    .joined(separator: ", ")
  }

  private static func tile(
    _ label: String, _ value: Double?, _ unit: String, level: Double? = nil, warn: Double = .infinity, bad: Double = .infinity
  ) -> Fields {
    var fields = tile(label, value.map { Format.fixed($0, 0) } ?? Format.unknown, small: value == nil ? nil : unit)
    if let level {
      let kind = level >= bad ? "level bad" : level >= warn ? "level warn" : "level"
      let parts: [Fields] = [
        ["x": "0", "width": "100", "kind": "track"], ["x": "0", "width": Format.fixed(min(100, max(0, level)), 1), "kind": kind],
      ]
      fields["bars"] = ["parts": parts] as Fields
    }
    return fields
  }

  private static func tile(_ label: String, _ value: String, small: String? = nil, note: String? = nil, title: String? = nil)
    -> Fields
  {
    [
      "label": label, "value": value, "small": small ?? false, "bars": false, "link": false, "valueID": false, "smallID": false,
      "exactness": title ?? false, "notes": note.map { [["kind": "", "text": $0] as Fields] } ?? [],
    ]
  }
}
