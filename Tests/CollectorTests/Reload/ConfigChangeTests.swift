import Shared
import Testing

@testable import Collector

@Suite struct ConfigChangeTests {
  private static func config(_ hosts: KeyValuePairs<String, String>) -> CollectorConfig {
    var config = CollectorConfig(id: "edge", storage: "/srv/t")
    config.devices = hosts.map { name, host in
      DeviceConfig(
        name: name, endpoint: DeviceEndpoint(host: host), credentials: Credentials(username: "u", password: Secret("p")),
        billing: .init(day: 1, timeZone: "UTC", quota: nil))
    }
    return config
  }

  @Test func onlyWhatDiffersIsConcerned() {
    let old = Self.config(["a": "1", "b": "2", "c": "3"])
    let new = Self.config(["d": "4", "c": "30", "a": "1"])
    #expect(ConfigChange(from: old, to: new) == .devices(added: ["d"], removed: ["b"], changed: ["c"]))
    #expect(ConfigChange(from: old, to: old) == .none)
  }

  @Test func anotherOrderIsNoChange() {
    #expect(ConfigChange(from: Self.config(["a": "1", "b": "2"]), to: Self.config(["b": "2", "a": "1"])) == .none)
  }

  @Test func anotherPasswordIsAChange() {
    let old = Self.config(["a": "1"])
    var new = old
    new.devices[0].credentials.password = Secret("q")
    #expect(ConfigChange(from: old, to: new) == .devices(added: [], removed: [], changed: ["a"]))
  }

  @Test func theRhythmOfMetricsConcernsAll() {
    let old = Self.config(["a": "1", "b": "2"])
    var new = old
    new.metricsInterval = .seconds(5)
    #expect(ConfigChange(from: old, to: new) == .devices(added: [], removed: [], changed: ["a", "b"]))
  }

  static let lasting: [(String, @Sendable (inout CollectorConfig) -> Void)] = [
    ("id", { $0.id = "other" }), ("storage", { $0.storage = "/else" }), ("sample_interval", { $0.sampleInterval = .seconds(2) }),
    ("flush_interval", { $0.flushInterval = .seconds(2) }), ("another key of [collector]", { $0.createsStorage = true }),
  ]

  @Test(arguments: lasting.indices) func whatStandsForTheProcessNeedsARestart(_ index: Int) {
    let old = Self.config(["a": "1"])
    var new = Self.config(["a": "1", "b": "2"])
    Self.lasting[index].1(&new)
    #expect(ConfigChange(from: old, to: new) == .needsRestart([Self.lasting[index].0]))
  }
}
