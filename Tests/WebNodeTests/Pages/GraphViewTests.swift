import Foundation
import Shared
import Testing

@testable import WebNode

/// What an address shows, and what can be said of it.
@Suite struct GraphViewTests {
  static let now = 1_795_200_000.0

  private func view(_ query: String) -> GraphView { GraphView(ViewQuery(query), now: Self.now) }

  @Test(arguments: [
    "range=soon", "range=0s", "range=99999y", "range=-1h", "from=5&to=4", "from=x&to=y", "from=1", "style=pie", "log=2", "%zz=1",
    "from=-1&to=5",
  ])
  func unknownValuesFallBackToTheDefault(query: String) {
    let view = view(query)
    #expect(view == self.view(""))
    #expect(view.range == "1h" && view.span == 3600 && view.style == .area && view.peaks)
  }

  @Test func readsAndWritesTheSameAddress() {
    for query in ["range=24h&style=mirror&peaks=0&log=1&hide=out", "from=100&to=4000", "range=15m&hide=in,out", ""] {
      #expect(PageURL.query(view(query).parameters).replacingOccurrences(of: "%2C", with: ",") == query)
    }
    #expect(view("from=2026-11-20T18:00:00Z&to=2026-11-20T19:00:00Z").to == 1_795_201_200)
    #expect(PageURL.query(view("range=1h&style=area&peaks=1").parameters).isEmpty)
  }

  @Test func movingStopsAtThePresent() {
    let view = view("range=1h")
    #expect(view.moved(by: 0.5, now: Self.now).to == Int(Self.now))
    #expect(view.moved(by: -0.5, now: Self.now).from == view.from - 1800)
    #expect(view.zoomedOut(now: Self.now).span == 7200)
    #expect(view.zoomedOut(now: Self.now).to == Int(Self.now))
    #expect(!view.moved(by: -0.5, now: Self.now).isLive)
  }

  @Test func statisticsLeaveOutWhatIsUnknown() {
    let nan = Double.nan
    let band = Series.Band(
      avg: [800, nan, nan, 1600, 800], max: [900, nan, nan, 2000, 800], min: [700, nan, nan, 1500, 800], known: [])
    let result = GraphStatistics(band, t0: 100, step: 10, from: 100, to: 150, end: 150)
    #expect(result.average.map { Int($0) } == 1066)
    #expect(result.peak == 2000 && result.peakAt == 130 && result.lowest == 700)
    #expect(result.missing == 20)
    #expect(result.percentile == 1600)
  }

  @Test func statisticsOfNothingAreUnknown() {
    let band = Series.Band(avg: [.nan], max: [.nan], min: [.nan], known: [0])
    let result = GraphStatistics(band, t0: 0, step: 10, from: 0, to: 10, end: 0)
    #expect(result.average == nil && result.peak == nil && result.percentile == nil && result.missing == 0)
  }

  @Test(arguments: GraphView.presets.map(\.value))
  func tableOfValuesHasAFewRows(range: String) throws {
    let span = try #require(GraphView.seconds(range))
    let step = max(1, span / 2000)
    let values = [Double](repeating: 5, count: span / step + 1)
    let band = Series.Band(avg: values, max: values, min: values, known: values)
    let series = Series(t0: 0, step: step, rx: band, tx: band)
    let rows = GraphValues(series, from: 0, to: span, end: span).rows
    #expect((10...50).contains(rows.count), "\(rows.count) rows")
    #expect(rows.allSatisfy { $0.rx.average == 5 })
  }

  @Test func smallGraphKeepsItsGaps() throws {
    let known = Rates(rx: 100, tx: 20)
    let drawing = SparkDrawing(Spark(t0: 0, values: [known, known, nil, nil, known, known]))
    #expect(drawing.line[0].filter { $0 == "M" }.count == 2)
    #expect(drawing.peak == 100)
    #expect(SparkDrawing(Spark(t0: 0, values: [nil, nil])).fields == nil)
    #expect(SparkDrawing(.empty).fields == nil)
  }

  @Test func meansAreAlignedAndKeepGaps() {
    var spark = Spark(t0: 1005, values: Array(repeating: Rates(rx: 10, tx: 1), count: 30))
    for index in 5..<15 { spark.values[index] = nil }
    spark.values[20] = Rates(rx: 110, tx: 1)
    #expect(spark.means(10) == [Rates(rx: 10, tx: 1), nil, Rates(rx: 20, tx: 1), Rates(rx: 10, tx: 1)])
    #expect(Spark.empty.means(10).isEmpty)
  }

  @Test func sumIsUnknownWhileOneIsSilentForAMoment() {
    let full = Spark(t0: 1000, values: Array(repeating: Rates(rx: 10, tx: 1), count: 900))
    var holed = full
    for index in 100..<120 { holed.values[index] = nil }
    for index in 300..<500 { holed.values[index] = nil }
    let sum = OverviewPage.sum([full, holed])
    #expect(sum.t0 == 1000 && sum.values.count == 900)
    #expect(sum.values[50] == Rates(rx: 20, tx: 2))
    #expect(sum.values[110] == nil, "a short silence")
    #expect(sum.values[400] == Rates(rx: 10, tx: 1), "a long one counts as out")
  }
}
