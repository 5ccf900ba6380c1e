import Foundation
import Shared
import TestSupport
import Testing

@testable import WebNode

/// `/federate` and `/sd` of a running node.
@Suite struct FederateTests {
  static let now = 1_795_200_000.0

  private static func site() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    var first = try CollectorFixture("edge-1", root: root.path, now: now)
    var second = try CollectorFixture("edge-2", root: root.path, now: now)
    first.set("gw 1", .up) { $0.model = "RB\"5009" }
    first.set("gw2", .up)
    second.set("gw2", .up)
    first.set("gw3", .down)
    try first.beat(at: now)
    try second.beat(at: now - 100)
    for (collector, device, written, value) in [
      (first, "gw 1", now - 5.125, 1), (first, "gw2", now - 9, 2), (second, "gw2", now - 3, 3), (first, "gw3", now - 90, 4),
    ] {
      try collector.metrics(
        device, written: written,
        """
        # TYPE tikwatch_api_seconds histogram
        tikwatch_api_seconds_bucket{routerboard_name="\(device)",le="+Inf"} 2
        tikwatch_api_seconds_sum{routerboard_name="\(device)"} 0.5
        tikwatch_api_seconds_count{routerboard_name="\(device)"} 2
        # TYPE uptime counter
        uptime{routerboard_name="\(device)",empty="",text="a\\n\\"b\\"\\\\"} \(value)
        # TYPE tikwatch_device_up gauge
        tikwatch_device_up{routerboard_name="\(device)"} 1

        """)
    }
    try first.describe("gw 1", []) { $0.labels = ["site": "Rīga", "a-b": "1", "a.b": "2"] }
    return root
  }

  private static func encoded(_ selectors: String...) -> String {
    selectors.map { "match%5B%5D=" + ($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "") }.joined(
      separator: "&")
  }

  private static func with(
    _ change: (inout WebNodeConfig) -> Void = { _ in }, _ body: @escaping @Sendable (RunningNode) async throws -> Void
  ) async throws {
    let root = try site()
    var config = RunningNode.config(root.path)
    change(&config)
    let base = config.basePath
    try await RunningNode.with(config, now: { now }, waitsForRoots: base == "/") { node in
      try await eventually { try await node.json(base + "api/v1/devices")["devices"].array.count == 3 }
      try await body(node)
    }
  }

  @Test func seriesOfEveryDeviceOnceSortedWithTheirTimes() async throws {
    try await Self.with { node in
      let reply = try await node.get("/federate?" + Self.encoded("uptime", "{__name__=~\"tikwatch_(api|device).*\"}", "uptime"))
      #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(
        reply.text == #"""
          # TYPE tikwatch_api_seconds_bucket untyped
          tikwatch_api_seconds_bucket{routerboard_name="gw 1",le="+Inf"} 2 1795199994875
          tikwatch_api_seconds_bucket{routerboard_name="gw2",le="+Inf"} 2 1795199991000
          # TYPE tikwatch_api_seconds_count untyped
          tikwatch_api_seconds_count{routerboard_name="gw 1"} 2 1795199994875
          tikwatch_api_seconds_count{routerboard_name="gw2"} 2 1795199991000
          # TYPE tikwatch_api_seconds_sum untyped
          tikwatch_api_seconds_sum{routerboard_name="gw 1"} 0.5 1795199994875
          tikwatch_api_seconds_sum{routerboard_name="gw2"} 0.5 1795199991000
          # TYPE tikwatch_device_up untyped
          tikwatch_device_up{routerboard_name="gw 1"} 1 1795199994875
          tikwatch_device_up{routerboard_name="gw2"} 1 1795199991000
          tikwatch_device_up{routerboard_name="gw3"} 0 1795200000000
          # TYPE uptime untyped
          uptime{routerboard_name="gw 1",text="a\n\"b\"\\"} 1 1795199994875
          uptime{routerboard_name="gw2",text="a\n\"b\"\\"} 2 1795199991000

          """#)
      let own = try await node.get("/federate?" + Self.encoded("tikwatch_web_streams")).text
      #expect(own == "# TYPE tikwatch_web_streams untyped\ntikwatch_web_streams 0 1795200000000\n")
    }
  }

  @Test func matchersAndParametersNarrow() async throws {
    try await Self.with { node in
      for (query, count) in [
        (Self.encoded("uptime{text=\"a\\n\\\"b\\\"\\\\\"}"), 2), (Self.encoded("uptime{empty=\"\"}"), 2),
        (Self.encoded("uptime{nothere!=\"\"}"), 0), (Self.encoded("{routerboard_name=~\"gw.\"}"), 6),
        (Self.encoded("{routerboard_name!~\"gw.\",__name__=\"uptime\"}"), 1), (Self.encoded("uptime") + "&device=gw2", 1),
        (Self.encoded("uptime") + "&collector=edge-2", 1), (Self.encoded("tikwatch_web_streams") + "&device=gw2", 0),
        (Self.encoded("nothing_of_that_name"), 0),
      ] {
        let reply = try await node.get("/federate?" + query)
        #expect(reply.status == 200)
        #expect(reply.text.split(separator: "\n").count { !$0.hasPrefix("#") } == count, "\(query)")
      }
      let head = try await node.get("/federate?" + Self.encoded("uptime"), method: "HEAD")
      let whole = try await node.get("/federate?" + Self.encoded("uptime"))
      #expect(head.status == 200 && head["content-length"] == String(whole.body.count) && head.body.isEmpty)
    }
  }

  @Test(arguments: [
    "", "match[]=", "match%5B%5D=%7B%7D", "match%5B%5D=%7Ba%3D%22%22%7D", "match%5B%5D=up%7B", "match%5B%5D=%7Ba%3D~%22(%22%7D",
    "match%5B%5D=up&match%5B%5D=%7B%7D",
  ])
  func whatIsNoSelectorIsRefusedByName(_ query: String) async throws {
    try await Self.with { node in
      let reply = try await node.get("/federate?" + query)
      #expect(reply.status == 400 && reply.text.contains("match[]"))
      #expect(try await node.get("/federate?match%5B%5D=up&device=none").status == 404)
    }
  }

  @Test func everyDeviceIsATargetThatAnswers() async throws {
    try await Self.with { node in
      let reply = try await node.get("/sd")
      #expect(reply["content-type"] == "application/json")
      let targets = try await node.json("/sd").array
      #expect(targets.map { $0["labels"]["__param_device"].string } == ["gw 1", "gw2", "gw3"])
      let labels = targets[0]["labels"]
      for (name, value) in [
        ("__scheme__", "http"), ("__metrics_path__", "/metrics"), ("device", "gw 1"), ("instance", "gw 1"),
        ("__meta_tikwatch_model", "RB\"5009"), ("__meta_tikwatch_state", "stale"), ("__meta_tikwatch_collectors", ",edge-1,"),
        ("__meta_tikwatch_label_site", "Rīga"), ("__meta_tikwatch_label_a_b", "1"),
      ] {
        #expect(labels[name].string == value, "\(name)")
      }
      #expect(targets.allSatisfy { $0["targets"].array.map(\.string) == ["127.0.0.1:\(node.port)"] })
      #expect(try await node.json("/sd?device=gw2&device=gw3").array.count == 2)
      #expect(try await node.json("/sd?collector=edge-2").array.count == 1)
      for device in ["gw%201", "gw2", "gw3"] { #expect(try await node.get("/metrics?device=\(device)").status == 200) }
    }
  }

  @Test func targetsStandWhereTheProxySaysAndBelowTheBasePath() async throws {
    try await Self.with {
      $0.basePath = "/traffic/"
    } _: { node in
      let headers = ["X-Forwarded-Host: a.example, traffic.example.net:8443", "X-Forwarded-Proto: https"]
      let target = try await JSONValue(
        JSONSerialization.jsonObject(with: Data(node.get("/traffic/sd", headers: headers).body)))[0]
      #expect(target["targets"][0].string == "traffic.example.net:8443")
      #expect(target["labels"]["__scheme__"].string == "https")
      #expect(target["labels"]["__metrics_path__"].string == "/traffic/metrics")
      let bad = try await node.get("/traffic/sd", headers: ["X-Forwarded-Host: a/b"])
      #expect(bad.status == 400)
    }
    // A proxy that is trusted by its name counts as much as one trusted by its address.
    let byName = try AccessList(parsing: "localhost")
    try await Self.with {
      $0.trustedProxies = byName
    } _: { node in
      try await eventually {
        let body = try await node.get("/sd", headers: ["X-Forwarded-Host: a.example"]).body
        return try JSONValue(JSONSerialization.jsonObject(with: Data(body)))[0]["targets"][0].string == "a.example"
      }
    }
    // Who is no proxy cannot send Prometheus elsewhere.
    try await Self.with {
      $0.trustedProxies = AccessList(rules: [])
    } _: { node in
      let target = try await JSONValue(
        JSONSerialization.jsonObject(with: Data(node.get("/sd", headers: ["X-Forwarded-Host: evil.example"]).body)))[0]
      #expect(target["targets"][0].string == "127.0.0.1:\(node.port)")
    }
  }

  @Test func metricsAllowCountsForAllThree() async throws {
    try await Self.with {
      $0.metricsAllow = AccessList(rules: [])
    } _: { node in
      for path in ["/metrics", "/federate?match%5B%5D=up", "/sd"] {
        let reply = try await node.get(path)
        #expect(reply.status == 403, "\(path)")
      }
      for path in ["//sd", "/%73d", "/sd/"] {
        let reply = try await node.get(path)
        #expect(reply.status != 200, "\(path)")
      }
      let page = try await node.get("/")
      #expect(page.status == 200)
    }
  }
}
