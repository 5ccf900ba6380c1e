import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// How the metrics of devices are joined, and what is taken over when some of them change.
@Suite struct MetricsViewTests {
  private static func source(_ device: String, _ text: String, previous: KeptMetrics? = nil) -> MetricsView.Source {
    .init(device: device, metrics: KeptMetrics(ExpositionFile(parsing: Array(text.utf8)), previous: previous))
  }

  private static func text(_ view: MetricsView, _ format: ExpositionFormat = .text, own: [RenderedFamily] = []) -> String {
    String(decoding: view.segments(format, own: own).flatMap { $0.plain.readableBytesView }, as: UTF8.self)
  }

  private static func plain(_ device: String, _ value: Int, rows: Int = 1) -> String {
    let lines = (0..<rows).map { "rows{device=\"\(device)\",row=\"\($0)\"} \(value)\n" }.joined()
    return "# TYPE constant gauge\nconstant{device=\"\(device)\"} 1\n# HELP rows Rows.\n# TYPE rows counter\n" + lines
  }

  @Test func anOddTypeLosesItselfOnlyWhereverItStands() {
    for odd in ["a", "z"] {
      let sources = [
        Self.source(
          "a", odd == "a" ? "# TYPE x histogram\nx_bucket{le=\"1\"} 5\nx_sum 1\n" : "# TYPE x gauge\nx{device=\"a\"} 1\n"),
        Self.source("m", "# TYPE x gauge\nx{device=\"m\"} 2\n"), Self.source("n", "# TYPE x gauge\nx{device=\"n\"} 3\n"),
        Self.source(
          "z", odd == "z" ? "# TYPE x histogram\nx_bucket{le=\"1\"} 5\nx_sum 1\n" : "# TYPE x gauge\nx{device=\"z\"} 4\n"),
      ].filter { $0.device != (odd == "a" ? "z" : "a") }
      let view = MetricsView(sources, ownKinds: [:], previous: nil)
      let text = Self.text(view)
      #expect(text.contains("# TYPE x gauge\n") && text.contains("x{device=\"m\"} 2\nx{device=\"n\"} 3\n"), "\(text)")
      #expect(!text.contains("x_bucket"))
      #expect(view.conflicts == 2)
    }
  }

  @Test func aNameThatAnotherFamilysSamplesHaveGoes() {
    let histogram = "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 5\nx_sum 1\nx_count 5\n"
    let sources = [
      Self.source("a", "# TYPE x_sum gauge\nx_sum{device=\"a\"} 9\n"), Self.source("b", histogram), Self.source("c", histogram),
    ]
    let view = MetricsView(sources, ownKinds: [:], previous: nil)
    #expect(Self.text(view).components(separatedBy: "# TYPE").count == 2)
    #expect(!Self.text(view).contains("x_sum{device=\"a\"}"))
    #expect(view.conflicts == 1)
  }

  @Test func theNodesOwnFamiliesStandInTheirPlacesAndHaveTheirTypes() {
    let own = [RenderedFamily(name: "m", kind: .gauge, help: "Own.", lines: Array("m 1\n".utf8))]
    let sources = [
      Self.source("a", "# TYPE m histogram\nm_sum 3\n# TYPE z gauge\nz 1\n# TYPE b gauge\nb 1\n"),
      Self.source("b", "# HELP m Theirs.\n# TYPE m counter\nm{device=\"b\"} 2\n"),
    ]
    let view = MetricsView(sources, ownKinds: ["m": .gauge], previous: nil)
    #expect(
      Self.text(view, own: own) == """
        # HELP b From a device's metrics file.
        # TYPE b gauge
        b 1
        # HELP m Theirs.
        # TYPE m gauge
        m{device="b"} 2
        m 1
        # HELP z From a device's metrics file.
        # TYPE z gauge
        z 1

        """)
    #expect(Self.text(view, .openMetrics, own: own).hasSuffix("# EOF\n"))
    #expect(
      Self.text(MetricsView([], ownKinds: ["m": .gauge], previous: nil), own: own) == "# HELP m Own.\n# TYPE m gauge\nm 1\n")
  }

  @Test func onlySegmentsOfDevicesThatChangedAreMadeAnew() throws {
    var sources = (0..<64).map { Self.source("device-\($0)", Self.plain("device-\($0)", 1, rows: 100)) }
    let first = MetricsView(sources, ownKinds: [:], previous: nil)
    let rows = try #require(first.blocks.first { $0.head.name == "rows" })
    #expect(rows.segments.count > 2)
    sources[20] = Self.source("device-20", Self.plain("device-20", 2, rows: 100), previous: sources[20].metrics)
    let second = MetricsView(sources, ownKinds: [:], previous: first)
    func fresh(_ name: String) throws -> [MetricsSegment] {
      let old = try #require(first.blocks.first { $0.head.name == name }).segments
      return try #require(second.blocks.first { $0.head.name == name }).segments.filter { new in !old.contains { $0 === new } }
    }
    #expect(try fresh("constant").isEmpty)
    #expect(try fresh("rows").count == 1)
    #expect(second.heads[.text]?.elementsEqual(first.heads[.text] ?? [], by: { $0 === $1 }) == true)
    #expect(Self.text(second) == Self.text(MetricsView(sources, ownKinds: [:], previous: nil)))
    // One that leaves takes its own segment with it, and no other.
    sources.remove(at: 40)
    let third = MetricsView(sources, ownKinds: [:], previous: second)
    let left = try #require(third.blocks.first { $0.head.name == "rows" }).segments
    let before = try #require(second.blocks.first { $0.head.name == "rows" }).segments
    #expect(left.filter { new in !before.contains { $0 === new } }.count <= 1)
    #expect(Self.text(third) == Self.text(MetricsView(sources, ownKinds: [:], previous: nil)))
  }

  /// Whatever comes, goes and changes: what is taken over is as good as what is made anew.
  @Test func takingOverChangesNothing() {
    var generator = SeededGenerator(seed: 6)
    var known: [String: KeptMetrics] = [:]
    var previous: MetricsView?
    for _ in 0..<60 {
      for number in 0..<12 where Int.random(in: 0...3, using: &generator) == 0 {
        let name = "d\(number)"
        if Int.random(in: 0...4, using: &generator) == 0 {
          known[name] = nil
        } else {
          let rows = Int.random(in: 1...200, using: &generator)
          let text = Self.plain(name, Int.random(in: 0...1_000_000, using: &generator), rows: rows)
          known[name] = Self.source(name, text, previous: known[name]).metrics
        }
      }
      let sources = known.sorted { $0.key < $1.key }.map { MetricsView.Source(device: $0.key, metrics: $0.value) }
      let view = MetricsView(sources, ownKinds: [:], previous: previous)
      let expected = Self.text(MetricsView(sources, ownKinds: [:], previous: nil))
      #expect(Self.text(view) == expected)
      #expect(view.isMade(of: sources))
      previous = view
    }
  }
}
