import Shared
import Testing

@testable import Collector

@Suite struct DeviceMetricsTests {
  private func text(_ source: DeviceMetrics.Source) -> String {
    let (text, dropped) = PrometheusText.render(DeviceMetrics.families(source, MenuContext(device: "gw", address: "192.0.2.1")))
    #expect(dropped == .init())
    return String(decoding: text, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
      .replacing(#"routerboard_name="gw",routerboard_address="192.0.2.1""#, with: "…")
  }

  @Test func aDeviceThatIsUpShowsItsRates() {
    var status = DeviceStatus(address: "192.0.2.1", now: 5)
    status.schedule = PollSchedule(first: 0, interval: 1)
    status.succeeded(at: 1000.25, latency: 0.1, isWell: true)
    var source = DeviceMetrics.Source(status: status, steady: 3.5)
    source.api.add(0.003)
    source.api.add(20)
    source.traffic.end(with: .init(bytesSent: 100, bytesReceived: 2000))
    source.traffic.present = .init(bytesSent: 1, bytesReceived: 2)
    source.menus = [.init(path: "/interface", isUp: true, seconds: 0.25), .init(path: "/b", isUp: false, seconds: 10)]
    source.rates = [.init(name: "ether1", rx: 8000, tx: 0)]
    source.dropped = ["/interface": 3]
    source.capped = 2
    source.refused = 7
    #expect(
      text(source) == """
        tikwatch_device_api_bytes_total{direction="sent",…} 101
        tikwatch_device_api_bytes_total{direction="received",…} 2002
        tikwatch_device_api_seconds_bucket{…,le="0.001"} 0
        tikwatch_device_api_seconds_bucket{…,le="0.0025"} 0
        tikwatch_device_api_seconds_bucket{…,le="0.005"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.01"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.025"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.05"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.1"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.25"} 1
        tikwatch_device_api_seconds_bucket{…,le="0.5"} 1
        tikwatch_device_api_seconds_bucket{…,le="1"} 1
        tikwatch_device_api_seconds_bucket{…,le="2.5"} 1
        tikwatch_device_api_seconds_bucket{…,le="5"} 1
        tikwatch_device_api_seconds_bucket{…,le="10"} 1
        tikwatch_device_api_seconds_bucket{…,le="+Inf"} 2
        tikwatch_device_api_seconds_sum{…} 20.003
        tikwatch_device_api_seconds_count{…} 2
        tikwatch_device_interfaces_capped{…} 2
        tikwatch_device_last_success_timestamp_seconds{…} 1000.25
        tikwatch_device_readings_refused_total{…} 7
        tikwatch_device_samples_missed_total{…} 3
        tikwatch_device_up{…} 1
        tikwatch_interface_rate_bytes_per_second{name="ether1",direction="rx",…} 1000
        tikwatch_interface_rate_bytes_per_second{name="ether1",direction="tx",…} 0
        tikwatch_menu_seconds{menu="/b",…} 10
        tikwatch_menu_seconds{menu="/interface",…} 0.25
        tikwatch_menu_up{menu="/b",…} 0
        tikwatch_menu_up{menu="/interface",…} 1
        tikwatch_samples_dropped_total{menu="/interface",…} 3
        """)
  }

  @Test func aDeviceThatIsDownSaysWhy() {
    var status = DeviceStatus(address: "192.0.2.1", now: 5)
    status.failed(.init(reason: .login, message: "no"), at: 6)
    #expect(
      text(.init(status: status, steady: 0)) == """
        tikwatch_device_api_bytes_total{direction="sent",…} 0
        tikwatch_device_api_bytes_total{direction="received",…} 0
        tikwatch_device_readings_refused_total{…} 0
        tikwatch_device_samples_missed_total{…} 0
        tikwatch_device_state_reason{reason="login",…} 1
        tikwatch_device_up{…} 0
        """)
  }
}

@Suite struct DeviceStatusTests {
  @Test func statesBeginWhenTheyChange() {
    var status = DeviceStatus(address: "h", now: 10)
    #expect(status.state == .starting)
    status.failed(.init(reason: .refused, message: "a"), at: 11)
    status.failed(.init(reason: .refused, message: "b"), at: 12)
    #expect(status.state == .down)
    #expect(status.since == 11)
    #expect(status.problem?.message == "b")
    status.failed(.init(reason: .timeout, message: "c"), at: 13)
    #expect(status.since == 13)
    status.succeeded(at: 14, latency: 0.0123456, isWell: true)
    status.succeeded(at: 15, latency: 0.0123456, isWell: true)
    #expect(status.state == .up)
    #expect(status.since == 14)
    status.setMenuProblem(.init(reason: .menu, message: "m"), at: 16)
    #expect(status.state == .degraded)
    status.setStorageProblem(.init(reason: .storage, message: "s"), at: 17)
    #expect(status.problem?.reason == .storage)
    status.setStorageProblem(nil, at: 18)
    #expect(status.problem?.reason == .menu)
    status.setMenuProblem(nil, at: 19)
    let heartbeat = status.heartbeat(steady: 0)
    #expect(heartbeat.state == .up)
    #expect(heartbeat.reason == nil)
    #expect(heartbeat.since == "1970-01-01T00:00:19.000Z")
    #expect(heartbeat.lastSuccess == "1970-01-01T00:00:15.000Z")
    #expect(heartbeat.latencyMs == 12.35)
  }

  @Test func aDeviceThatIsDownClaimsNoReadings() {
    var status = DeviceStatus(address: "h", now: 10)
    status.facts.take(
      "/system/resource", [["uptime": "1h", "version": "7.1", "cpu-load": "5", "free-memory": "25", "total-memory": "100"]])
    #expect(status.heartbeat(steady: 0).memoryPercent == 75)
    status.rxRate = 5
    status.failed(.init(reason: .hung, message: "x"), at: 11)
    let heartbeat = status.heartbeat(steady: 0)
    #expect(heartbeat.uptime == nil)
    #expect(heartbeat.cpuPercent == nil)
    #expect(heartbeat.memoryPercent == nil)
    #expect(heartbeat.rxBps == nil)
    #expect(heartbeat.version == "7.1")
  }
}
