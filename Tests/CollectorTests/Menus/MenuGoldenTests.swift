import Foundation
import Shared
import Testing

@testable import Collector

/// Fixture in, whole exposition text out: `Fixtures/<Menu>/<version>.txt` and `.prom`. `TIKWATCH_UPDATE_GOLDEN=1` writes the latter anew.
@Suite struct MenuGoldenTests {
  struct Fixture: CustomTestStringConvertible, Sendable {
    var menu: any MenuCollector
    var version: String
    var testDescription: String { "\(type(of: menu)) \(version)" }
    var path: String { MenuFixtures.folder + "/\(type(of: menu))/\(version)" }
  }

  static let fixtures: [Fixture] = MenuRegistry.all.flatMap { menu in
    MenuFixtures.versions(of: "\(type(of: menu))").map { Fixture(menu: menu, version: $0) }
  }

  @Test(arguments: fixtures) func rowsBecomeTheseLines(_ fixture: Fixture) throws {
    let samples = try MenuFixture(fixture.path).samples(fixture.menu)
    let rendered = PrometheusText.render(samples.families)
    #expect(rendered.dropped == .init())
    let text = "# dropped \(samples.dropped)\n" + String(decoding: rendered.text, as: UTF8.self)
    if ProcessInfo.processInfo.environment["TIKWATCH_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: URL(fileURLWithPath: fixture.path + ".prom"))
    }
    let expected = try String(contentsOfFile: fixture.path + ".prom", encoding: .utf8)
    #expect(text == expected)
  }

  @Test(arguments: fixtures) func everyFamilyIsDeclared(_ fixture: Fixture) throws {
    let declared = Set(fixture.menu.metrics.map(\.name))
    for family in try MenuFixture(fixture.path).samples(fixture.menu).families {
      let metric = try #require(fixture.menu.metrics.first { $0.name == family.name })
      #expect(metric.kind == family.kind)
      #expect(metric.help == family.help)
    }
    #expect(declared.count == fixture.menu.metrics.count)
  }

  private var context: MenuContext { MenuFixture.context }

  @Test func anEmptyMenuIsNeitherAnErrorNorAZero() {
    for menu in MenuRegistry.all {
      let samples = menu.samples(always: [], context)
      #expect(samples.families.isEmpty, "\(type(of: menu))")
      #expect(samples.dropped == 0)
    }
  }

  @Test func rowsWithoutFieldsInventNothing() {
    for menu in MenuRegistry.all {
      let values = menu.samples(always: [Row()], context).families.filter { !$0.name.hasSuffix("_info") }
      #expect(values.isEmpty, "\(type(of: menu)): \(values.map(\.name))")
    }
  }

  @Test func aCustomLabelFillsAMissingFieldAndNothingElse() throws {
    let families = SystemResource().collect([["uptime": "5s", "version": "7"]], context).families
    let labels = try #require(families.first?.samples.first?.labels)
    #expect(labels["cpu"] == "from the configuration")
    #expect(labels["architecture_name"] == "")
    #expect(labels.all.count { $0.name == "cpu" } == 1)
  }

  @Test func everySampleHasTheLabelsOfItsEntry() {
    var device = DeviceConfig(
      name: "r1", endpoint: DeviceEndpoint(host: "192.0.2.1"), credentials: Credentials(username: "u", password: Secret("p")),
      billing: .init(day: 1, timeZone: "UTC", quota: nil))
    device.customLabels = [CustomLabel(name: "site", value: "a"), CustomLabel(name: "rack", value: "b")]
    var context = MenuContext(device)
    #expect(
      context.labels([("rack", nil), ("site", "own")]).all.map { "\($0.name)=\($0.value)" } == [
        "rack=b", "site=own", "routerboard_name=r1", "routerboard_address=192.0.2.1",
      ])
    context.address = "192.0.2.2"
    #expect(context.labels().all.map(\.value) == ["r1", "192.0.2.2", "a", "b"])
  }

  @Test func factoryNamesAreALabelWhereAskedFor() throws {
    var context = context
    context.addsDefaultName = true
    context.nameFormat = .combined
    let row: Row = ["name": "wan", "default-name": "ether1", "comment": "Uplink", "rx-byte": "5", "running": "true"]
    let families = Interface().collect([row], context).families
    let bytes = try #require(families.first { $0.name == "mktxp_interface_rx_byte_total" }?.samples.first)
    #expect(bytes.labels.all.prefix(2).map(\.value) == ["wan (Uplink)", "ether1"])
    let comment = try #require(families.first { $0.name == "mktxp_interface_comment_info" }?.samples.first)
    #expect(comment.labels["default_name"] == nil)
  }
}

@Suite struct MenuRegistryTests {
  /// Menus that RouterOS 6 lacks.
  static let onlyInSeven: Set<String> = ["Container", "RoutingStats", "WireGuardPeer"]

  @Test func everyMenuHasFixturesOfBothMajorVersions() {
    for menu in MenuRegistry.all {
      let name = "\(type(of: menu))"
      let versions = MenuFixtures.versions(of: name)
      #expect(versions.contains { $0.hasPrefix("6.") } != Self.onlyInSeven.contains(name), "\(name)")
      #expect(versions.contains { $0.hasPrefix("7.") }, "\(name)")
    }
  }

  @Test func noTwoMenusShareAFamilyOrAPath() {
    let names = MenuRegistry.all.flatMap { $0.metrics.map(\.name) } + DeviceMetrics.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { MetricName.isValidMetric($0) })
    // The schedule knows menus by their paths, and what the poller asks beside them.
    let paths = MenuRegistry.all.map(\.path) + [UplinkFinder.key, LinkSpeeds.path, MonitoredRates.path]
    #expect(Set(paths).count == paths.count)
  }

  /// MKTXP's names.
  static let gaugesNamedTotal: Set<String> = [
    "mktxp_ip_connections_total", "mktxp_ipv4_connections_total", "mktxp_ipv6_connections_total", "mktxp_ip_pool_total",
  ]

  @Test func countersEndInTotalAndGaugesDoNot() {
    for metric in MenuRegistry.all.flatMap(\.metrics) + DeviceMetrics.all {
      let isMisnamed = Self.gaugesNamedTotal.contains(metric.name)
      #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter || isMisnamed), "\(metric.name)")
      #expect(!metric.help.isEmpty)
    }
  }
}
