import NIOConcurrencyHelpers
import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// A joined view is shown for a while; which devices are there, and that nothing goes back, holds for each request all the same.
@Suite struct MetricsViewSlotTests {
  /// A steady clock that a view takes `step` to be made by.
  private final class Ticks: Sendable {
    private let state = NIOLockedValueBox((now: ContinuousClock().now, step: Duration.milliseconds(10)))

    func now() -> ContinuousClock.Instant {
      state.withLockedValue { state in
        state.now += state.step
        return state.now
      }
    }

    func advance(_ duration: Duration) { state.withLockedValue { $0.now += duration } }
  }

  private static func source(_ device: String, _ value: Int, copy: String = "/a", written: Double = 1000) -> MetricsView.Source {
    let text =
      "# written \(written)\n# TYPE x counter\nx{d=\"\(device)\"} \(value)\n# TYPE y counter\ny{d=\"\(device)\"} \(value)\n"
    return .init(device: device, copy: copy, metrics: KeptMetrics(ExpositionFile(parsing: Array(text.utf8))))
  }

  private static func contents(
    _ sources: [MetricsView.Source], version: UInt64, freshFrom: Double = 0
  ) -> MetricsSource.Contents {
    .init(sources: sources, own: [], time: 1000, version: version, freshFrom: freshFrom)
  }

  /// The values of both families by device; `nil` where they are not of one file.
  private static func values(_ view: MetricsView) -> [String: Int]? {
    let text = String(decoding: view.segments(.text).flatMap { $0.plain.readableBytesView }, as: UTF8.self)
    var families: [Character: [String: Int]] = [:]
    for line in text.split(separator: "\n") where line.first != "#" {
      let pieces = line.split { "{}\" ".contains($0) }
      guard pieces.count == 4, let name = pieces[0].first else { return nil }
      families[name, default: [:]][String(pieces[2])] = Int(pieces[3])
    }
    return families["x"] == families["y"] ? families["x"] ?? [:] : nil
  }

  @Test func valuesAreShownTwentyTimesAsLongAsJoiningTook() {
    let (slot, ticks) = (MetricsViewSlot(nil), Ticks())
    func shown(_ value: Int, _ version: UInt64) -> Int? {
      Self.values(slot.view(Self.contents([Self.source("a", value)], version: version), [:], now: ticks.now).view)?["a"]
    }
    #expect(shown(1, 1) == 1)
    ticks.advance(.milliseconds(150))
    #expect(shown(2, 2) == 1)
    ticks.advance(.milliseconds(50))
    #expect(shown(3, 3) == 3)
  }

  @Test func nothingIsShownLongerThanASecond() {
    let (slot, ticks) = (MetricsViewSlot(nil), Ticks())
    func value(_ value: Int) -> Int? {
      let contents = Self.contents([Self.source("a", value)], version: UInt64(value))
      // Joining takes ten minutes by this clock.
      return Self.values(
        slot.view(contents, [:]) {
          ticks.advance(.seconds(300))
          return ticks.now()
        }.view)?["a"]
    }
    #expect(value(1) == 1)
    #expect(value(2) == 2)
  }

  @Test func whoIsThereIsOfTheMoment() {
    let (slot, ticks) = (MetricsViewSlot(nil), Ticks())
    func shown(_ sources: [MetricsView.Source], _ version: UInt64, freshFrom: Double = 0) -> [String: Int]? {
      Self.values(slot.view(Self.contents(sources, version: version, freshFrom: freshFrom), [:], now: ticks.now).view)
    }
    #expect(shown([Self.source("a", 1), Self.source("b", 1)], 1) == ["a": 1, "b": 1])
    // One went, one came, one is shown from another collector's file, one's shown file has become too old.
    #expect(shown([Self.source("a", 2)], 2) == ["a": 2])
    #expect(shown([Self.source("a", 3), Self.source("c", 3)], 3) == ["a": 3, "c": 3])
    #expect(shown([Self.source("a", 4, copy: "/b"), Self.source("c", 4)], 4) == ["a": 4, "c": 4])
    #expect(shown([Self.source("a", 5, copy: "/b"), Self.source("c", 5)], 5) == ["a": 4, "c": 4])
    let new = [Self.source("a", 6, copy: "/b", written: 1060), Self.source("c", 6, written: 1060)]
    #expect(shown(new, 6, freshFrom: 1001) == ["a": 6, "c": 6])
  }

  @Test func whoSawTheFilesEarlierTakesNothingBack() {
    let (slot, ticks) = (MetricsViewSlot(nil), Ticks())
    func shown(_ sources: [MetricsView.Source], _ version: UInt64) -> [String: Int]? {
      Self.values(slot.view(Self.contents(sources, version: version), [:], now: ticks.now).view)
    }
    #expect(shown([Self.source("a", 5)], 5) == ["a": 5])
    ticks.advance(.seconds(2))
    #expect(shown([Self.source("a", 4)], 4) == ["a": 5])
    #expect(shown([Self.source("a", 6)], 6) == ["a": 6])
    // It may still see another set of devices, which is its own affair and nobody else's.
    #expect(shown([Self.source("a", 4), Self.source("b", 4)], 4) == ["a": 4, "b": 4])
    #expect(shown([Self.source("a", 7)], 7) == ["a": 6])
  }

  /// Four scrapers while devices are rewritten: what one scrape began after another had ended is never older, and no file is shown by halves.
  @Test func countersNeverGoBackAmongManyScrapers() async {
    let slot = MetricsViewSlot(nil)
    let names = (0..<5).map { "d\($0)" }
    let files = NIOLockedValueBox((version: UInt64(0), sources: names.map { Self.source($0, 0) }))
    let seen = NIOLockedValueBox<[String: Int]>([:])
    await withTaskGroup(of: Int.self) { group in
      group.addTask {
        var generator = SeededGenerator(seed: 4)
        for value in 1...400 {
          let place = Int.random(in: 0..<names.count, using: &generator)
          files.withLockedValue { files in
            files.sources[place] = Self.source(names[place], value)
            files.version += 1
          }
          await Task.yield()
        }
        return 0
      }
      for _ in 0..<4 {
        group.addTask {
          var wrong = 0
          for _ in 0..<200 {
            let before = seen.withLockedValue { $0 }
            let contents = files.withLockedValue { Self.contents($0.sources, version: $0.version) }
            guard let values = Self.values(slot.view(contents, [:], now: { ContinuousClock().now }).view),
              values.count == names.count
            else {
              wrong += 1
              continue
            }
            wrong += values.count { $0.value < before[$0.key] ?? 0 }
            seen.withLockedValue { $0.merge(values) { max($0, $1) } }
            await Task.yield()
          }
          return wrong
        }
      }
      for await wrong in group { #expect(wrong == 0) }
    }
  }

  /// Only values change, some of them by so much that segments have to end elsewhere; now and then a family changes its head.
  @Test func changingValuesAloneGivesWhatJoiningAnewGives() {
    var generator = SeededGenerator(seed: 11)
    func text(_ device: String, _ rows: Int, _ help: String) -> KeptMetrics {
      let lines = (0..<rows).map { "rows{d=\"\(device)\",r=\"\($0)\"} \(Int.random(in: 0...9_999_999, using: &generator))\n" }
        .joined()
      let file = "# TYPE one gauge\none{d=\"\(device)\"} 1\n# HELP rows \(help)\n# TYPE rows counter\n\(lines)"
      return KeptMetrics(ExpositionFile(parsing: Array(file.utf8)))
    }
    var sources = (0..<40).map { MetricsView.Source(device: "device-\($0)", metrics: text("device-\($0)", 20, "Rows.")) }
    var view = MetricsView(sources, ownKinds: [:], previous: nil)
    var taken = 0
    for round in 0..<40 {
      for place in sources.indices where Int.random(in: 0...5, using: &generator) == 0 {
        let rows = round == 20 ? 2000 : Int.random(in: 10...30, using: &generator)
        sources[place].metrics = text(sources[place].device, rows, round % 13 == 12 ? "Other \(round)." : "Rows.")
      }
      if view.changed(to: sources, [:]) != nil { taken += 1 }
      view = MetricsView(sources, ownKinds: [:], previous: view)
      let anew = MetricsView(sources, ownKinds: [:], previous: nil)
      #expect(
        view.segments(.text).flatMap { $0.plain.readableBytesView } == anew.segments(.text).flatMap { $0.plain.readableBytesView }
      )
      #expect(view.size == anew.size)
    }
    #expect(taken > 20 && taken < 40)
  }
}
