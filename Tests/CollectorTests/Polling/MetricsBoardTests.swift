import Shared
import Testing

@testable import Collector

/// What scrapes see of the devices.
@Suite struct MetricsBoardTests {
  private static func device(_ name: String) -> DeviceConfig {
    DeviceConfig(
      name: name, endpoint: DeviceEndpoint(host: "192.0.2.1"), credentials: Credentials(username: "u", password: Secret("p")),
      billing: .init(day: 1, timeZone: "UTC", quota: nil))
  }

  private static func families(_ value: Int) -> [RenderedFamily] {
    [RenderedFamily(name: "x", kind: .gauge, help: "", lines: Array("x \(value)\n".utf8))]
  }

  private static func text(_ families: [[RenderedFamily]]) -> [String] {
    families.map { String(decoding: $0.flatMap(\.lines), as: UTF8.self) }
  }

  private static let down = "tikwatch_device_up{routerboard_name=\"a\",routerboard_address=\"192.0.2.1\"} 0\n"

  @Test func aDeviceWithoutAWordIsDown() {
    let board = MetricsBoard()
    board.show([Self.device("a")], metricsInterval: 15)
    #expect(Self.text(board.families(steady: 0)) == [Self.down])
  }

  @Test func theNewestCountsUntilItIsTooOld() {
    let board = MetricsBoard()
    board.show([Self.device("a"), Self.device("b")], metricsInterval: 15)
    board.publish(Self.families(1), of: "a", steady: 100)
    board.publish(Self.families(2), of: "a", steady: 110)
    board.publish(Self.families(3), of: "b", steady: 160)
    #expect(Self.text(board.families(steady: 170)) == ["x 2\n", "x 3\n"])
    #expect(Self.text(board.families(steady: 170.1)) == [Self.down, "x 3\n"])
    #expect(Self.text(board.families(of: ["b"], steady: 170)) == ["x 3\n"])
  }

  @Test func aLongRhythmIsWaitedFor() {
    let board = MetricsBoard()
    board.show([Self.device("a")], metricsInterval: 600)
    board.publish(Self.families(1), of: "a", steady: 0)
    #expect(Self.text(board.families(steady: 1800)) == ["x 1\n"])
    #expect(Self.text(board.families(steady: 1801)) == [Self.down])
  }

  @Test func onlyConfiguredDevicesAreShown() {
    let board = MetricsBoard()
    board.show([Self.device("a"), Self.device("b")], metricsInterval: 15)
    board.publish(Self.families(1), of: "b", steady: 0)
    board.show([Self.device("a")], metricsInterval: 15)
    // The last word of a poller that is being ended.
    board.publish(Self.families(1), of: "b", steady: 1)
    #expect(board.names == ["a"])
    #expect(Self.text(board.families(steady: 1)) == [Self.down])
    board.show([Self.device("a"), Self.device("b")], metricsInterval: 15)
    #expect(!Self.text(board.families(steady: 1)).contains("x 1\n"))
  }
}
