import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct MetricComparisonTests {
  private typealias Kind = MetricComparison.Kind

  private func compare(_ theirs: String, _ ours: String, tolerance: Double = 0.1) -> MetricComparison {
    MetricComparison(theirs: MetricSet([Array(theirs.utf8)]), ours: MetricSet([Array(ours.utf8)]), tolerance: tolerance)
  }

  private static let device = "mktxp_id{routerboard_name=\"a\"} 1\n"

  @Test func theSameIsTheSame() {
    let text = "# TYPE mktxp_x gauge\nmktxp_x{routerboard_name=\"a\",b=\"c\"} 1\nmktxp_x{b=\"d\",routerboard_name=\"a\"} NaN\n"
    let turned =
      "# TYPE mktxp_x gauge\nmktxp_x{routerboard_name=\"a\",b=\"d\"} NaN\nmktxp_x{b=\"c\",routerboard_name=\"a\"} 1.0\n"
    let comparison = compare(text, turned)
    #expect(comparison.isSame && comparison.differences.isEmpty)
  }

  @Test func everyKindOfDifferenceIsNamed() {
    let comparison = compare(
      """
      mktxp_id{routerboard_name="a"} 1
      mktxp_id{routerboard_name="gone"} 1
      mktxp_only_theirs 1
      # TYPE mktxp_kind gauge
      mktxp_kind{routerboard_name="a"} 1
      mktxp_label{routerboard_name="a",old="1"} 1
      mktxp_series{routerboard_name="a",n="1"} 1
      mktxp_series{routerboard_name="a",n="2"} 1
      python_info 1
      mktxp_collection_time_total{name="x"} 1

      """,
      """
      mktxp_id{routerboard_name="a"} 1
      mktxp_id{routerboard_name="new"} 1
      mktxp_only_ours 1
      # TYPE mktxp_kind counter
      mktxp_kind{routerboard_name="a"} 1
      mktxp_label{routerboard_name="a",dc="1"} 1
      mktxp_series{routerboard_name="a",n="1"} 0
      mktxp_series{routerboard_name="a",n="3"} 1
      tikwatch_up 1

      """)
    let found = comparison.differences.map { "\($0.kind.rawValue): \($0.name)" }
    #expect(
      found.sorted() == [
        "device extra: new", "device missing: gone", "family extra: mktxp_only_ours", "family missing: mktxp_only_theirs",
        "label extra: mktxp_label", "label missing: mktxp_label", "series extra: mktxp_series", "series missing: mktxp_series",
        "type differs: mktxp_kind", "value differs: mktxp_series",
      ])
    #expect(comparison.differences.first { $0.kind == .labelMissing }?.examples == ["old"])
    #expect(comparison.differences.first { $0.kind == .value }?.examples.first?.hasSuffix("1 there, 0 here") == true)
    #expect(!comparison.isSame)
  }

  @Test(arguments: [
    ("mktxp_rx_byte_total", "counter", 1_000_000.0, 1_050_000.0, nil), ("mktxp_rx_byte_total", "counter", 3, 90, nil),
    ("mktxp_rx_byte_total", "counter", 1_000_000, 2_000_000, Kind.value), ("mktxp_system_uptime", "gauge", 100, 105, nil),
    ("mktxp_system_cpu_load", "gauge", 3, 60, Kind.moved), ("mktxp_interface_running", "gauge", 1, 0, Kind.value),
    ("mktxp_interface_actual_mtu", "gauge", 1500, 1501, Kind.value),
  ])
  func onlyWhatMovesMayDiffer(name: String, kind: String, left: Double, right: Double, expected: Kind?) {
    func text(_ value: Double) -> String { "# TYPE \(name) \(kind)\n\(name){routerboard_name=\"a\"} \(value)\n" }
    let comparison = compare(text(left), text(right))
    #expect(comparison.differences.map(\.kind) == (expected.map { [$0] } ?? []))
    #expect(comparison.isSame == (expected != .value))
  }

  @Test func examplesAreFewAndCounted() {
    let theirs = (0..<50).map { "mktxp_x{routerboard_name=\"a\",n=\"\($0)\"} 1\n" }.joined()
    let difference = compare(theirs, Self.device + "mktxp_x{routerboard_name=\"a\",n=\"0\"} 1\n").differences.first {
      $0.kind == .seriesMissing
    }
    #expect(difference?.count == 49)
    #expect(difference?.examples.count == MetricComparison.examplesShown)
  }

  @Test(arguments: [
    ("rate(m:x_total{a=\"1\", b!~'x.*'}[5m]) > 0.5e3", ["m:x_total"], ["a", "b"]),
    ("sum by (a, b) (m1) / on(c) group_left(d) m2 offset 5m", ["m1", "m2"], ["a", "b", "c", "d"]),
    ("sum(m) without (e) and bool_m or inf", ["m", "bool_m"], ["e"]),
    ("$x + ${y} + m{n=\"${z}\"}[$__rate_interval]", ["m"], ["n"]),
    ("label_values(m{a=\"b\"}, c)", ["m"], ["a", "c"]), ("label_values(c)", [], ["c"]),
    ("{__name__=\"m\",a=\"{b\"}", ["m"], ["a"]),
    ("topk(5, m) # rest{x=\"\"}", ["m"], []), ("\"m{a='b'}\"", [], []), ("m[", ["m"], []), ("m{", ["m"], []),
    ("sum by (", [], []), ("", [], []),
  ])
  func queriesNameMetricsAndLabels(query: String, metrics: [String], labels: [String]) {
    let use = QueryUse(query)
    #expect(use.metrics == Set(metrics))
    #expect(use.labels == Set(labels))
  }

  @Test func queriesThatWouldChangeAreFound() throws {
    let theirs = MetricSet([Array("m{routerboard_name=\"a\",old=\"1\"} 1\ngone_total 1\n# TYPE h histogram\nh_sum 1\n".utf8)])
    let ours = MetricSet([Array("m{routerboard_name=\"a\",dc=\"1\"} 1\nfresh 1\n# TYPE h histogram\nh_sum 1\n".utf8)])
    func reasons(_ query: String) -> [String]? {
      QueryImpact(ForeignQuery(place: "p", text: query), file: "f", theirs: theirs, ours: ours)?.reasons
    }
    #expect(reasons("m + h_sum + unknown_to_both") == nil)
    #expect(reasons("rate(gone_total[5m])") == ["gone_total: MKTXP alone has it"])
    #expect(reasons("fresh") == ["fresh: only Tikwatch has it"])
    #expect(reasons("m{old=\"1\"}") == ["m: the label old is MKTXP's alone"])
    #expect(reasons("sum by (dc) (m)") == ["m: the label dc is only Tikwatch's"])
    #expect(reasons("count({__name__=~\"gone.*\"})") == ["gone_total (gone.*): MKTXP alone has it"])
    #expect(reasons("count({__name__=~\"(\"})") == nil)
  }

  @Test func dashboardsAndRulesAreRead() throws {
    let dashboard = """
      {"title": "D", "panels": [{"title": "P", "targets": [{"expr": "a"}, {"expr": "a"}, {"expr": ""}]},
        {"panels": [{"title": "Q", "targets": [{"expr": "b", "query": 5}]}]}],
       "templating": {"list": [{"name": "v", "definition": "c", "query": {"query": "c"}}]}}
      """
    let found = try QueryFiles.dashboard(Array(dashboard.utf8))
    #expect(found.map { "\($0.place): \($0.text)" }.sorted() == ["P: a", "Q: b", "v: c"])
    let rules =
      "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n  - record: r:x\n    expr: |\n      sum(x)\n  - alert: none\n"
    #expect(try QueryFiles.rules(Array(rules.utf8)).map { "\($0.place): \($0.text)" } == ["g: A: up == 0", "g: r:x: sum(x)\n"])
    for text in ["", "{", "[1", "\"x\""] {
      #expect((try? QueryFiles.dashboard(Array(text.utf8)))?.isEmpty ?? true, "\(text)")
      #expect(throws: DownloadError.self, "\(text)") { try QueryFiles.rules(Array(text.utf8)) }
    }
    // As deep as a file can be: looked at without a stack of our own.
    let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
    #expect(try QueryFiles.dashboard(Array(deep.utf8)).isEmpty)
  }

  @Test func aServerThatNeverAnswersIsGivenUp() async throws {
    try await ScriptedServer.run([.take(1), .pause]) { server in
      var download = Download()
      download.limits.total = .milliseconds(300)
      let (fetch, url) = (download, "http://user:hunter2@127.0.0.1:\(server.port)/x")
      let error = await #expect(throws: DownloadError.self) {
        _ = try await BlockingWork.run("test") { try fetch.fetch(url, accept: "text/plain") }
      }
      #expect(error?.description.contains("could not fetch http://127.0.0.1:") == true)
      #expect(error?.description.contains("hunter2") == false)
      server.proceed()
    }
  }

  @Test(arguments: ["ftp://x/", "file:///etc/passwd", "http://", "x", ""])
  func otherAddressesAreRefused(url: String) {
    #expect(throws: DownloadError.self) { try DownloadURL(url) }
  }
}
