import Shared
import Testing

/// Joining families of several devices, in both formats.
@Suite struct ExpositionMergeTests {
  private static func family(_ name: String, _ kind: MetricFamily.Kind, _ lines: String, help: String = "H") -> RenderedFamily {
    RenderedFamily(name: name, kind: kind, help: help, lines: Array(lines.utf8))
  }

  private static func text(_ families: [RenderedFamily], _ format: ExpositionFormat = .text, only: Set<String>? = nil) -> String {
    var merge = ExpositionMerge()
    for family in families { merge.add(family) }
    if let only { merge.keep(only: only) }
    return String(decoding: merge.text(format), as: UTF8.self)
  }

  @Test func eachFamilyOnceAndSorted() {
    let families = [
      Self.family("b", .gauge, "b{d=\"1\"} 1\n"), Self.family("a_total", .counter, "a_total{d=\"1\"} 5\n"),
      Self.family("b", .gauge, "b{d=\"2\"} 2\n", help: "other"), Self.family("none", .gauge, ""),
    ]
    #expect(
      Self.text(families) == """
        # HELP a_total H
        # TYPE a_total counter
        a_total{d="1"} 5
        # HELP b H
        # TYPE b gauge
        b{d="1"} 1
        b{d="2"} 2

        """)
  }

  @Test func openMetricsNamesCountersAndInfosWithoutTheirSuffix() {
    let families = [
      Self.family("a_total", .counter, "a_total 5\n", help: #"say "a" \\ \n"#),
      Self.family("b_info", .gauge, "b_info{v=\"x 2\"} 1\n"),
      Self.family("c", .untyped, "c 1\n"), Self.family("d", .histogram, "d_bucket{le=\"+Inf\"} 1\nd_sum 1\nd_count 1\n"),
      // Not an info: a number that is told by that name.
      Self.family("e_info", .gauge, "e_info 1\ne_info{x=\"\"} 21\n"),
      // A counter without the suffix is none there.
      Self.family("f", .counter, "f 1\n"),
    ]
    #expect(
      Self.text(families, .openMetrics) == #"""
        # HELP a say \"a\" \\ \n
        # TYPE a counter
        a_total 5
        # HELP b H
        # TYPE b info
        b_info{v="x 2"} 1
        # HELP c H
        # TYPE c unknown
        c 1
        # HELP d H
        # TYPE d histogram
        d_bucket{le="+Inf"} 1
        d_sum 1
        d_count 1
        # HELP e_info H
        # TYPE e_info gauge
        e_info 1
        e_info{x=""} 21
        # HELP f H
        # TYPE f unknown
        f 1
        # EOF

        """#)
  }

  @Test func noTwoFamiliesHaveOneName() {
    let text = Self.text(
      [
        Self.family("sector", .gauge, "sector 3\n"), Self.family("sector_info", .gauge, "sector_info 1\n"),
        Self.family("x_info", .gauge, "x_info 1\n"), Self.family("x_total", .counter, "x_total 1\n"),
      ], .openMetrics)
    let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
    #expect(names == ["# TYPE sector gauge", "# TYPE sector_info gauge", "# TYPE x_info gauge", "# TYPE x counter"])
  }

  @Test(arguments: [
    ("a_total", ["a_total"]), ("a", ["a_total"]), ("b_info", ["b_info"]), ("b", ["b_info"]), ("d_count", ["d"]), ("d", ["d"]),
    ("a_tot", []), ("b_count", []),
  ])
  func namesNarrowIt(name: String, kept: [String]) {
    let families = [
      Self.family("a_total", .counter, "a_total 5\n"), Self.family("b_info", .gauge, "b_info 1\n"),
      Self.family("d", .histogram, "d_count 1\n"),
    ]
    let types = Self.text(families, only: [name]).split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
    #expect(types.map { String($0.split(separator: " ")[2]) } == kept)
  }

  @Test func familiesOfDifferentKindsDoNotMix() {
    var merge = ExpositionMerge()
    merge.add(Self.family("x", .gauge, "x 1\n", help: ""))
    merge.add(Self.family("x", .histogram, "x_count 1\n"))
    merge.add(Self.family("x", .counter, "x{a=\"1\"} 1\n", help: "C"))
    #expect(merge.conflicts == 1)
    #expect(String(decoding: merge.text(.text), as: UTF8.self) == "# HELP x C\n# TYPE x gauge\nx 1\nx{a=\"1\"} 1\n")
  }
}
