import Shared
import Testing

@testable import Collector

/// The tables of `docs/metrics.md`, made of the registry and of what the fixtures give.
enum MetricsTable {
  /// The labels that every family of a device has are named once, above the tables.
  private static let common: Set<String> = ["routerboard_name", "routerboard_address"]

  // MARK: Menus

  static func menus() throws -> String {
    var rows: [[String]] = []
    for menu in MenuRegistry.all {
      let name = "\(type(of: menu))"
      let fixtures = try MenuFixtures.versions(of: name).map { try MenuFixture(MenuFixtures.folder + "/\(name)/\($0)") }
      let all = families(menu, fixtures, .all)
      let switches = switches(menu, fixtures)
      for metric in menu.metrics {
        let samples = all.filter { $0.name == metric.name }.flatMap(\.samples)
        #expect(!samples.isEmpty, "\(metric.name): no fixture of \(name) has it")
        rows.append(cells(metric, samples) + ["`\(menu.path)`", switches[metric.name] ?? "", metric.help])
      }
    }
    return table(["family", "type", "labels", "menu", "switch", "meaning"], rows)
  }

  private static func families(_ menu: any MenuCollector, _ fixtures: [MenuFixture], _ switches: MenuSwitches) -> [MetricFamily] {
    guard menu.use(switches) == .exported else { return [] }
    return fixtures.flatMap { fixture in
      var fixture = fixture
      fixture.context.settings.switches = switches
      fixture.context.customLabels = []
      return fixture.samples(menu, asksForAll: false).families
    }
  }

  /// By family, found by switching one after the other off, then on.
  private static func switches(_ menu: any MenuCollector, _ fixtures: [MenuFixture]) -> [String: String] {
    var none = MenuSwitches()
    for key in MenuSwitch.allCases { none[key] = false }
    func names(_ base: MenuSwitches, _ key: MenuSwitch? = nil, _ isOn: Bool = false) -> Set<String> {
      var switches = base
      if let key { switches[key] = isOn }
      return Set(families(menu, fixtures, switches).map(\.name))
    }
    let always = names(none)
    let without = MenuSwitch.allCases.map { ($0, names(.all, $0, false)) }
    let with = MenuSwitch.allCases.map { ($0, names(none, $0, true)) }
    var found: [String: String] = [:]
    for name in menu.metrics.map(\.name) where !always.contains(name) {
      let required = without.filter { !$0.1.contains(name) }.map { word($0.0) }
      let enough = with.filter { $0.1.contains(name) }.map { word($0.0) }
      found[name] = required.isEmpty ? enough.joined(separator: " or ") : required.joined(separator: " and ")
    }
    return found
  }

  private static func word(_ key: MenuSwitch) -> String { "`\(key.rawValue)`" + (key.isOnByDefault ? "" : " (off)") }

  // MARK: The collector's own

  static func devices() -> String {
    var status = DeviceStatus(address: "192.0.2.1", now: 5)
    status.succeeded(at: 6, latency: 0.1, isWell: true)
    status.setMenuProblem(.init(reason: .menu, message: "m"), at: 7)
    var source = DeviceMetrics.Source(status: status, steady: 0)
    source.api.add(1)
    source.menus = [.init(path: "/interface", isUp: true, seconds: 1)]
    source.rates = [.init(name: "ether1", rx: 1, tx: 1)]
    source.dropped = ["/interface": 1]
    source.capped = 1
    source.collectionTimes = [:]
    let context = MenuContext(device: "gw", address: "192.0.2.1")
    let families = DeviceMetrics.families(source, context) + [DeviceMetrics.dropped(series: 0, context)]
    let rows = DeviceMetrics.all.map { metric in
      let samples = families.filter { $0.name == metric.name }.flatMap(\.samples)
      #expect(!samples.isEmpty, "\(metric.name)")
      return cells(metric, samples) + [metric.help]
    }
    return table(["family", "type", "labels", "meaning"], rows)
  }

  static func collector() -> String {
    var storage = Heartbeat.Storage()
    (storage.spoolBytes, storage.pendingSamples, storage.spoolDroppedSamples, storage.droppedSamples) = (0, 0, 0, 0)
    (storage.freeBytes, storage.neededBytes, storage.reservedBytes, storage.flushSeconds) = (0, 0, 0, 0)
    let told = storage
    let own = OwnMetrics(
      .init(collector: "edge-1", storage: { told }, config: { .init(lastReload: 1) }, devices: { [] }))
    own.countAnswer(200)
    own.countProbe("ok")
    own.show(BandwidthResult(download: 1, upload: 1, latency: 1))
    let rows = own.families().map { family in
      cells(Metric(name: family.name, kind: family.kind, help: family.help), family.samples) + [family.help]
    }
    return table(["family", "type", "labels", "meaning"], rows)
  }

  // MARK: Text

  /// Name, type and labels; a label that some samples lack stands in brackets.
  private static func cells(_ metric: Metric, _ samples: [MetricFamily.Sample]) -> [String] {
    var labels: [String] = []
    for sample in samples { labels += sample.labels.all.map(\.name).filter { !labels.contains($0) && !common.contains($0) } }
    let words = labels.map { label in samples.allSatisfy { $0.labels[label] != nil } ? label : "(\(label))" }
    return ["`\(metric.name)`", metric.kind.rawValue, words.joined(separator: ", ")]
  }

  /// Rows sorted by their first cell.
  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = rows.sorted { $0[0] < $1[0] }.map { line($0) }
    return ([line(head), line(head.map { _ in "---" })] + lines).joined(separator: "\n") + "\n"
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
