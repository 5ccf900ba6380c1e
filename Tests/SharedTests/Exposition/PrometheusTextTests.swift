import Shared
import TestSupport
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

  @Test func ofTwoSamplesOfOneSeriesTheLastIsKeptInTheFirstOnesPlace() {
    let samples: [MetricFamily.Sample] = [
      .init(.unsigned(1), labels: ["x": "a"]), .init(.unsigned(2), labels: ["x": "b"]), .init(.unsigned(3), labels: ["x": "a"]),
    ]
    let (text, dropped) = PrometheusText.render([MetricFamily("m", .gauge, help: "M", samples: samples)])
    #expect(String(decoding: text, as: UTF8.self) == "# HELP m M\n# TYPE m gauge\nm{x=\"a\"} 3\nm{x=\"b\"} 2\n")
    #expect(dropped.duplicates == 1)
  }

  @Test func aFamilyOfAnySizeReadsBackAsItWasGiven() throws {
    var random = SeededGenerator(seed: 31)
    let pieces = ["", "a", "\"", "\\", "\n", "é", "日本", " ", "{}", "=\","]
    for size in [1, 2, 40, 3000] {
      let samples = (0..<size).map { place in
        let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
        return MetricFamily.Sample(.unsigned(UInt64(place)), labels: ["text": text, "place": "\(place)"])
      }
      let (text, dropped) = PrometheusText.render([MetricFamily("m", .gauge, help: "M", samples: samples)])
      #expect(dropped == .init())
      let lines = text.split(separator: UInt8(ascii: "\n")).dropFirst(2).map { SampleLine($0) }
      #expect(lines.count == size)
      for (line, sample) in zip(lines, samples) {
        let line = try #require(line)
        #expect(line.labels.map(\.name) == ["text", "place"])
        #expect(line.labels[1].value == sample.labels["place"])
        var escaped: [UInt8] = []
        PrometheusText.append(escaped: sample.labels["text"]!, quotes: true, to: &escaped)
        #expect(Array(line.labels[0].value.utf8) == escaped)
      }
    }
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
