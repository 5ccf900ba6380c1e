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

  private var context: MenuContext {
    var context = MenuContext(device: "gw-riga", address: "192.0.2.1")
    context.customLabels = [.init(name: "site", value: "riga"), .init(name: "cpu", value: "from the configuration")]
    return context
  }

  @Test(arguments: fixtures) func rowsBecomeTheseLines(_ fixture: Fixture) throws {
    let rows = try MenuFixtures.rows(fixture.path + ".txt")
    let samples = fixture.menu.collect(rows, context)
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
    for family in fixture.menu.collect(try MenuFixtures.rows(fixture.path + ".txt"), context).families {
      let metric = try #require(fixture.menu.metrics.first { $0.name == family.name })
      #expect(metric.kind == family.kind)
      #expect(metric.help == family.help)
    }
    #expect(declared.count == fixture.menu.metrics.count)
  }

  @Test func anEmptyMenuIsNeitherAnErrorNorAZero() {
    for menu in MenuRegistry.all {
      let samples = menu.collect([], context)
      #expect(samples.families.isEmpty, "\(type(of: menu))")
      #expect(samples.dropped == 0)
    }
  }

  @Test func rowsWithoutFieldsInventNothing() {
    for menu in MenuRegistry.all {
      let values = menu.collect([Row()], context).families.filter { !$0.name.hasSuffix("_info") }
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
  @Test func everyMenuHasFixturesOfBothMajorVersions() {
    for menu in MenuRegistry.all {
      let versions = MenuFixtures.versions(of: "\(type(of: menu))")
      #expect(versions.contains { $0.hasPrefix("6.") }, "\(type(of: menu))")
      #expect(versions.contains { $0.hasPrefix("7.") }, "\(type(of: menu))")
    }
  }

  @Test func noTwoMenusShareAFamilyOrAPath() {
    let names = MenuRegistry.all.flatMap { $0.metrics.map(\.name) } + DeviceMetrics.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { MetricName.isValidMetric($0) })
    #expect(Set(MenuRegistry.all.map(\.query.path)).count == MenuRegistry.all.count)
  }

  @Test func countersEndInTotalAndGaugesDoNot() {
    for metric in MenuRegistry.all.flatMap(\.metrics) + DeviceMetrics.all {
      #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
      #expect(!metric.help.isEmpty)
    }
  }
}

/// The fixtures of menus, read from the source tree.
enum MenuFixtures {
  static let folder = (#filePath as NSString).deletingLastPathComponent.replacing(/\/Menus$/, with: "/Fixtures")

  static func versions(of menu: String) -> [String] {
    // None fails the registry's test.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + menu)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
  }

  /// Rows are separated by empty lines; a line is `=field=value`; `#` begins the line that tells the origin.
  static func rows(_ path: String) throws -> [Row] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# synthetic") || text.hasPrefix("# captured"), "\(path) does not tell its origin")
    return text.split(separator: "\n\n").dropFirst().map { block in
      Row(
        fields: block.split(separator: "\n").map { line in
          let parts = line.dropFirst().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return Row.Field(name: String(parts[0]), value: String(parts[1]))
        })
    }
  }
}
