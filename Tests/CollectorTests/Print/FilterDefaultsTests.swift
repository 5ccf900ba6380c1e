import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct FilterDefaultsTests {
  private func read(_ lines: String...) throws -> FilterDefaults {
    let folder = try TemporaryDirectory()
    try folder.write("_mktxp.conf", "[MKTXP]\n\(lines.joined(separator: "\n"))\n".utf8)
    return try ConfigSource(.directory(folder.path)).filterDefaults()
  }

  @Test func everyKeySetsItsLimit() throws {
    let defaults = try read(
      "[DIAG]", "low_signal_threshold = -80", "min_signal_threshold = 50", "low_rate_threshold = '6M'  # slow",
      "recent_duration = '1h'", "top_connections_count = 3", "rate_above_threshold = 500k", "degraded_threshold = 1G",
      "key_of_a_later_release = 1")
    #expect(
      defaults
        == FilterDefaults(
          lowSignal: -80, minSignal: -50, lowRate: 6e6, recent: 3600, top: 3, rateAbove: 500_000, degraded: 1e9))
  }

  @Test func whatIsNotSetIsMKTXPs() throws {
    #expect(try read() == FilterDefaults())
    #expect(try read("[DIAG]", "top_connections_count = None", "recent_duration =") == FilterDefaults())
    #expect(try ConfigSource(.directory("/nowhere")).filterDefaults() == FilterDefaults())
    #expect(try ConfigSource(.file("/nowhere/c.conf")).filterDefaults() == FilterDefaults())
  }

  @Test(arguments: [
    "low_signal_threshold = weak", "low_rate_threshold = x", "recent_duration = soon", "top_connections_count = 0",
    "degraded_threshold = -1",
  ]) func aValueThatIsNoneIsAnError(line: String) throws {
    let error = #expect(throws: ConfigErrors.self) { try read("[DIAG]", line) }
    #expect(error?.description.contains("[DIAG] \(line.prefix { $0 != " " })") == true, "\(error?.description ?? "")")
  }

  @Test func theyApplyToTheSummary() throws {
    var defaults = FilterDefaults()
    defaults.degraded = 2e10
    let output = PrintOutput(subject: .interfaces, filter: TableFilter(defaults: defaults))
    #expect(try output.text(TableFixture("7.16.2-dual").readout(.interfaces)).contains("Degraded (< 20G): 3"))
  }
}
