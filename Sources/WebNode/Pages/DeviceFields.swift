import Shared

/// One device as cards and rows of the overview show it.
struct DeviceFields {
  let device: DeviceView
  let now: Double
  let time: PageTime

  /// Speed of all links whose sum stands for the device, bit/s; `nil` when one is not known.
  var speed: Double? {
    let speeds = device.totalInterfaces.map(\.speed)
    guard !speeds.isEmpty, speeds.allSatisfy({ $0 != nil }) else { return nil }
    return speeds.compactMap { $0 }.reduce(0, +)
  }

  /// The fields of `card` and of a row of `devices-table`.
  func fields(hidden: Bool, spark: Spark?) -> Fields {
    let phrases = StatePhrases(device, now: now, time: time)
    let mark = device.today.map { Exactness($0).mark } ?? ""
    var fields: Fields = [
      "name": device.name, "href": PageURL.device(device), "about": about, "kind": phrases.kind, "state": phrases.fields,
      "in": Self.rate(device.rxRate), "out": Self.rate(device.txRate), "old": device.state == .stale, "hidden": hidden,
      "shareIn": share(device.rxRate), "shareOut": share(device.txRate),
      "bytesIn": mark + Format.bytes(device.today.map { Double($0.rx) }),
      "bytesOut": mark + Format.bytes(device.today.map { Double($0.tx) }),
      "exactness": device.today.flatMap { Exactness($0).explanation } ?? false,
      "facts": facts, "note": false, "why": false, "spark": false,
    ]
    switch device.state {
    case .down: fields["why"] = why("bad", "bad", phrases.sentence)
    case .starting: fields["why"] = why("idle", "clock", phrases.sentence)
    case .degraded, .stale: if let sentence = phrases.sentence { fields["note"] = sentence }
    case .up, .push: if device.clockOffset != nil, let sentence = phrases.sentence { fields["note"] = sentence }
    }
    if let spark, let drawing = SparkDrawing(spark).fields { fields["spark"] = drawing }
    return fields
  }

  /// What the script needs to go on from here.
  func boot(spark: Spark?, step: Int) -> PageJSON {
    .object([
      ("name", .text(device.name)), ("state", .text(device.state.rawValue)), ("in", .number(device.rxRate)),
      ("out", .number(device.txRate)), ("speed", .number(speed)),
      ("spark", spark.map { PageJSON.spark($0, step: step) } ?? .null),
    ])
  }

  /// Health in few numbers. A device that does not answer has none.
  var facts: [Fields] {
    let isKnown = device.state != .down
    let values: [(String, String)] = [
      ("CPU", Format.fact(isKnown ? device.cpuPercent : nil, "%")),
      ("Memory", Format.fact(isKnown ? device.memoryPercent : nil, "%")),
      ("Temp.", Format.fact(isKnown ? device.temperature : nil, "°C")), ("Ping", Self.ping(isKnown ? device.latencyMs : nil)),
      ("Uptime", Format.age(isKnown ? device.uptime : nil)),
    ]
    return values.map { ["label": $0.0, "value": $0.1] }
  }

  /// A duration in milliseconds.
  static func ping(_ milliseconds: Double?) -> String {
    Format.fact(milliseconds, "ms", digits: milliseconds.map { $0 < 9.95 ? 1 : 0 } ?? 0)
  }

  /// A rate in the parts that readouts style.
  static func rate(_ value: Double?) -> Fields {
    let parts = Format.rateParts(value)
    return ["number": parts.number, "unit": parts.unit, "text": parts.text]
  }

  private var about: String {
    var parts: [String] = []
    if let identity = device.identity, identity != device.name { parts.append(identity) }
    let uplinks = device.interfaces.filter(\.isUplink)
    if let first = uplinks.first { parts.append(uplinks.count > 1 ? "\(first.name) + \(uplinks.count - 1)" : first.name) }
    if let model = device.model { parts.append(model) }
    // RouterOS says `7.16.2 (stable)`; the channel is on the page of the device.
    if let version = device.version?.split(separator: " ").first { parts.append("v" + version) }
    if parts.isEmpty, let address = device.address { parts.append(address) }
    return parts.isEmpty ? Format.unknown : parts.joined(separator: " · ")
  }

  private func share(_ rate: Double?) -> String {
    guard let speed, speed > 0, let rate, rate > 0 else { return "0" }
    return Format.fixed(min(100, max(0.8, rate / speed * 100)), 1)
  }

  private func why(_ kind: String, _ icon: String, _ text: String?) -> Fields {
    ["kind": kind, "icon": Icon.fields(icon), "text": text ?? ""]
  }
}
