import Hummingbird
import Shared

/// `/`: all devices.
struct OverviewPage {
  /// Seconds that all graphs of the page share.
  static let window = 900
  /// With more devices than this their small graphs are drawn by the script alone.
  static let fineLimit = 60

  let shell: PageShell
  let snapshot: FleetSnapshot
  let choices: OverviewChoices

  init(_ shell: PageShell) {
    self.shell = shell
    snapshot = shell.services.fleet.snapshot()
    choices = OverviewChoices(shell.query)
  }

  func response() async -> Response {
    guard !snapshot.devices.isEmpty else { return empty() }
    let view = choices.view(deviceCount: snapshot.devices.count)
    let standard = OverviewChoices(ViewQuery(nil)).view(deviceCount: snapshot.devices.count)
    let shown = choices.arrange(snapshot.devices)
    let sparks = await SparkSource(services: shell.services).sparks(of: snapshot.devices)
    let sum = Self.sum(Array(sparks.values))
    let models = shown.map { DeviceFields(device: $0, now: shell.now, time: shell.time) }
    let step = Self.step(snapshot.devices.count)
    let boot = PageJSON.object([
      ("page", .text("overview")), ("t", .number(shell.now)),
      ("view", .text(standard.rawValue)),
      ("whole", .bool(choices.search == nil)), ("hero", .spark(sum)),
      ("devices", .list(models.map { $0.boot(spark: sparks[$0.device.name], step: step) })),
    ])
    var fields = shell.fields(title: "Overview", section: .overview, scripts: [.overview], boot: boot)
    let isHidden = { (device: DeviceView) in choices.filter == .problems && !device.state.isProblem }
    fields["devices"] = models.map {
      $0.fields(
        hidden: isHidden($0.device), spark: view == .cards && models.count <= Self.fineLimit ? sparks[$0.device.name] : nil)
    }
    fields["asCards"] = view == .cards
    fields["asTable"] = view == .table
    fields["anyShown"] = shown.contains { !isHidden($0) }
    fields["nothing"] = choices.search == nil ? "No problems." : "No device or interface is named like that."
    fields["tiles"] =
      OverviewTiles(
        snapshot: snapshot, month: shell.services.fleetUsage.sum(shell.services.usage, snapshot.devices)
      ).fields
    for (name, value) in sumFields(sum) { fields[name] = value }
    for (name, value) in choiceFields(view, standard, shown) { fields[name] = value }
    return shell.page("overview", fields)
  }

  /// Seconds of a point of the small graphs: a graph has some 300 pixels, in the table 180, and a page of many devices must stay small.
  static func step(_ devices: Int) -> Int {
    switch devices {
    case ...12: 1
    case ...fineLimit: 3
    case ...OverviewChoices.cardLimit: 10
    default: 30
    }
  }

  private func empty() -> Response {
    var fields = shell.fields(
      title: "Overview", section: .overview, scripts: [.overview],
      boot: .object([("page", .text("overview")), ("t", .number(shell.now)), ("devices", .list([])), ("hero", .null)]))
    fields["isLive"] = false
    fields["words"] =
      snapshot.collectors.isEmpty
      ? "No collector has written to the storage yet." : "A collector writes to the storage, but has no device yet."
    fields["roots"] = snapshot.roots.map(\.path)
    fields["problems"] = snapshot.roots.compactMap { root -> Fields? in Self.problem(root).map { ["text": $0] } }
    return shell.page("empty", fields)
  }

  private func sumFields(_ sum: Spark) -> Fields {
    let known = snapshot.devices.filter { $0.rxRate != nil || $0.txRate != nil }
    let total = known.reduce(Rates(rx: 0, tx: 0)) { $0 + Rates(rx: $1.rxRate ?? 0, tx: $1.txRate ?? 0) }
    let drawing = SparkDrawing(sum, columns: 300)
    var fields: Fields = [
      "sum": [
        "in": DeviceFields.rate(known.isEmpty ? nil : total.rx), "out": DeviceFields.rate(known.isEmpty ? nil : total.tx),
      ] as Fields,
      "sumTitle": snapshot.devices.allSatisfy { $0.interfaces.isEmpty || $0.interfaces.contains(where: \.isUplink) }
        ? "All WAN links" : "All links",
      "heroCaption":
        "\(shell.time.interval(Double(sum.t0), Double(sum.end))), highest \(Format.rate(drawing.peak > 0 ? drawing.peak : nil))",
    ]
    fields["hero"] = drawing.fields ?? false
    return fields
  }

  private func choiceFields(_ view: OverviewChoices.View, _ standard: OverviewChoices.View, _ shown: [DeviceView]) -> Fields {
    func choice(_ value: String, _ label: String, _ chosen: Bool, _ change: (inout OverviewChoices) -> Void) -> Fields {
      var changed = choices
      change(&changed)
      return ["value": value, "label": label, "chosen": chosen, "href": changed.address]
    }
    let problems = shown.filter(\.state.isProblem).count
    var filters = [
      choice("all", "All", choices.filter == .all) { $0.filter = .all },
      choice("problems", "Problems", choices.filter == .problems) { $0.filter = .problems },
    ]
    filters[0]["count"] = String(shown.count)
    filters[1]["count"] = String(problems)
    var everything = choices
    everything.search = nil
    return [
      "filters": filters,
      "sorts": [
        choice("state", "Problems first", choices.sort == .state) { $0.sort = .state },
        choice("rate", "Busiest", choices.sort == .rate) { $0.sort = .rate },
        choice("name", "Name", choices.sort == .name) { $0.sort = .name },
      ],
      "views": [
        choice("cards", "Cards", view == .cards) { $0.view = standard == .cards ? nil : .cards },
        choice("table", "Table", view == .table) { $0.view = standard == .table ? nil : .table },
      ],
      "scales": view == .cards
        ? []
        : [
          choice("own", "Own scale", choices.scale == .own) { $0.scale = .own },
          choice("log", "Common, log", choices.scale == .log) { $0.scale = .log },
        ],
      "withoutSearch": everything.address, "isSearch": choices.search != nil,
    ]
  }

  private static func problem(_ root: RootView) -> String? {
    if root.isHung { return "The storage \(root.path) does not answer." }
    return root.problem.map { "The storage \(root.path) cannot be read: \($0)" }
  }

  /// A device that says nothing for longer than this many seconds counts as out, and the sum goes on without it.
  static let shortSilence = 60

  /// The sum of all devices second by second. While one of them is silent for a moment the sum is unknown, not smaller.
  static func sum(_ sparks: [Spark]) -> Spark {
    guard let end = sparks.filter({ !$0.values.isEmpty }).map(\.end).max() else { return .empty }
    var values = [Rates?](repeating: nil, count: window)
    var isOpen = [Bool](repeating: false, count: window)
    for spark in sparks {
      let offset = spark.t0 - (end - window)
      for (index, rates) in spark.values.enumerated() {
        guard let rates, values.indices.contains(index + offset) else { continue }
        values[index + offset] = values[index + offset].map { $0 + rates } ?? rates
      }
      for index in silences(spark.values) where isOpen.indices.contains(index + offset) { isOpen[index + offset] = true }
    }
    for index in values.indices where isOpen[index] { values[index] = nil }
    return Spark(t0: end - window, values: values)
  }

  /// The unknown seconds between two known ones that are no more than `shortSilence` apart.
  private static func silences(_ values: [Rates?]) -> [Int] {
    var silences: [Int] = []
    var last: Int?
    for (index, value) in values.enumerated() where value != nil {
      if let last, index - last > 1, index - last <= shortSilence { silences += last + 1..<index }
      last = index
    }
    return silences
  }
}
