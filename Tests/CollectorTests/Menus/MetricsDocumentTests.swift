import Foundation
import TestSupport
import Testing

@testable import Collector

/// `docs/metrics.md` says what the code exports. `TIKWATCH_UPDATE_GOLDEN=1` writes it anew.
@Suite struct MetricsDocumentTests {
  private static let path = MenuFixtures.folder.replacing(#/Tests\/CollectorTests\/Fixtures$/#, with: "docs/metrics.md")

  private func expect(_ name: String, _ text: String) throws {
    #expect(try GeneratedBlock(name, of: Self.path).documented(updatingTo: text) == text, "docs/metrics.md: make golden")
  }

  @Test func everyFamilyOfAMenuIsListed() throws { try expect("menus", MetricsTable.menus()) }

  @Test func everyFamilyAboutADeviceIsListed() throws { try expect("devices", MetricsTable.devices()) }

  @Test func everyFamilyOfTheCollectorsEndpointIsListed() throws { try expect("collector", MetricsTable.collector()) }
}
