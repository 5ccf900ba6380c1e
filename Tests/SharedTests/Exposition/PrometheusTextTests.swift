import Shared
import Testing

@Suite struct PrometheusTextTests {
  @Test func familiesAreSortedJoinedAndEscaped() {
    let families = [
      MetricFamily(
        "b_total", .counter, help: "Line\nbreak \\ \"q\"", samples: [.init(.unsigned(.max), labels: ["name": "a\"\\\n\u{e9}"])]),
      MetricFamily("a", .gauge, help: "A", samples: [.init(.double(0.1)), .init(.double(.nan), labels: ["x": ""])]),
      MetricFamily("b_total", .counter, help: "other", samples: [.init(.double(2), labels: ["name": "z"])]),
      MetricFamily("empty", .gauge, help: "no sample, no family"),
    ]
    let (text, dropped) = PrometheusText.render(families)
    #expect(
      String(decoding: text, as: UTF8.self) == """
        # HELP a A
        # TYPE a gauge
        a 0.1
        a{x=""} NaN
        # HELP b_total Line\\nbreak \\\\ "q"
        # TYPE b_total counter
        b_total{name="a\\"\\\\\\né"} 18446744073709551615
        b_total{name="z"} 2

        """)
    #expect(dropped == .init())
  }

  @Test func oddSamplesLoseThemselvesOnly() {
    let families = [
      MetricFamily(
        "a", .gauge, help: "A",
        samples: [
          .init(.double(1), labels: ["x": "1", "y": "2"]), .init(.double(2), labels: ["y": "2", "x": "1"]),
          .init(.double(3), labels: ["bad-name": "1"]), .init(.double(4), labels: ["__name__": "1"]), .init(.double(5)),
        ]),
      MetricFamily("2bad", .gauge, help: "B", samples: [.init(.double(1))]),
    ]
    let (text, dropped) = PrometheusText.render(families)
    #expect(String(decoding: text, as: UTF8.self) == "# HELP a A\n# TYPE a gauge\na{y=\"2\",x=\"1\"} 2\na 5\n")
    #expect(dropped.duplicates == 1)
    #expect(dropped.invalid == 3)
  }

  @Test(arguments: [
    (MetricFamily.Value.double(.infinity), "+Inf"), (.double(-.infinity), "-Inf"), (.double(-0.5), "-0.5"),
    (.double(1e21), "1e+21"),
    (.double(-3), "-3"), (.unsigned(0), "0"),
  ])
  func numbersAreExact(value: MetricFamily.Value, expected: String) {
    var text: [UInt8] = []
    PrometheusText.append(value, to: &text)
    #expect(String(decoding: text, as: UTF8.self) == expected)
  }
}
