import Foundation
import Shared

/// The graph in numbers: captions, statistics and values, as they stand in the page before any script runs.
struct GraphTables {
  let page: GraphPage
  let content: GraphPage.Content

  private var series: Series { content.histories.total }
  private var view: GraphView { page.view }
  private var unit: RateUnit { page.unit }
  private var bounds: (upper: String, lower: String) {
    content.histories.hasBounds ? ("≤\(Format.narrow)", "≥\(Format.narrow)") : ("", "")
  }

  /// The fields of `graph-tables` and of the captions.
  var fields: Fields {
    let time = page.shell.time
    let received = statistics(series, series.rx)
    let step = Format.step(series.step) + " per point"
    return [
      "range": time.interval(Double(view.from), Double(view.to)), "span": Format.duration(Double(view.span)),
      "missing": received.missing >= series.step ? Format.duration(Double(received.missing)) + " missing" : "",
      "resolution": series.count == 0
        ? ""
        : step
          + (series.step > 1 && view.peaks && !(content.histories.lanes.count > 1 && view.style == .area && !view.logarithmic)
            ? ", band shows the peaks inside each point" : ""),
      "statistics": [
        row("in", "↓ In", "k0", \.rx, !view.hideIn) { $0.hideIn.toggle() },
        row("out", "↑ Out", "k1", \.tx, !view.hideOut) { $0.hideOut.toggle() },
      ],
      "lanes": lanes, "several": !lanes.isEmpty, "bounded": content.histories.hasBounds,
      "values": values,
    ]
  }

  private func statistics(_ series: Series, _ band: Series.Band) -> GraphStatistics {
    GraphStatistics(
      band, t0: series.t0, step: series.step, from: view.from, to: view.to, end: GraphStatistics.end(series))
  }

  /// An amount from the ledger, in words.
  private func volumes(_ amount: UsageAmount?) -> GraphVolumes { GraphVolumes(amount, inWords: false) }

  private func row(
    _ side: String, _ label: String, _ key: String, _ band: KeyPath<Series, Series.Band>, _ shown: Bool,
    _ toggle: (inout GraphView) -> Void
  ) -> Fields {
    let time = page.shell.time
    let values = statistics(series, series[keyPath: band])
    let before = content.earlier.map { statistics($0.total, $0.total[keyPath: band]).average }
    let peakAt = values.peakAt.map { at in
      series.step < 3600 && view.span <= 86_400 ? time.clock(Double(at)) : time.moment(Double(at), span: 604_800)
    }
    let rates = page.rates
    return [
      "side": side, "label": label, "key": key, "shown": String(shown), "toggle": page.links.page(toggle),
      "now": unit.rate(side == "in" ? rates.rx : rates.tx), "average": unit.rate(values.average),
      "peak": values.peak.map { bounds.upper + unit.rate($0) } ?? Format.unknown, "peakAt": peakAt ?? Format.unknown,
      "percentile": unit.rate(values.percentile), "lowest": values.lowest.map { bounds.lower + unit.rate($0) } ?? Format.unknown,
      "bytes": side == "in" ? volumes(content.amounts.total).rx : volumes(content.amounts.total).tx,
      "exactness": volumes(content.amounts.total).explanation ?? false,
      "before": unit.rate(before ?? nil),
      "change": Self.change(values.average, before ?? nil),
    ]
  }

  /// `+12 %`: how much more it is now than before.
  static func change(_ now: Double?, _ before: Double?) -> String {
    guard let now, let before, before > 0 else { return Format.unknown }
    let percent = ((now / before - 1) * 100).rounded(.toNearestOrAwayFromZero)
    guard abs(percent) < 100_000 else { return Format.unknown }
    return (percent > 0 ? "+" : percent < 0 ? "−" : "") + Format.fixed(abs(percent), 0) + Format.narrow + "%"
  }

  /// A row for each line, where there are several.
  private var lanes: [Fields] {
    guard content.histories.lanes.count > 1 else { return [] }
    return content.histories.lanes.enumerated().map { index, lane in
      let (rx, tx) = (statistics(lane.series, lane.series.rx), statistics(lane.series, lane.series.tx))
      let rates = lane.lane.rates
      let amounts = volumes(content.amounts.lanes.indices.contains(index) ? content.amounts.lanes[index] : nil)
      let address = lane.lane.interface.map { PageURL.graph(lane.lane.device.name, $0.name) } ?? PageURL.device(lane.lane.device)
      return [
        "number": String(index + 1), "key": "lane-\(index + 1)", "name": page.subject.label(lane.lane), "href": address,
        "shown": String(!view.hiddenLanes.contains(index + 1)),
        "toggle": page.links.page { $0.hiddenLanes.formSymmetricDifference([index + 1]) },
        "cells": [
          unit.rate(rates.rx), unit.rate(rx.average), unit.rate(rx.peak), unit.rate(rates.tx), unit.rate(tx.average),
          unit.rate(tx.peak),
        ],
        "bytes": [amounts.rx, amounts.tx], "exactness": amounts.explanation ?? false,
      ]
    }
  }

  private var values: [Fields] {
    let end = GraphStatistics.end(series)
    func rows(_ series: Series) -> [GraphValues.Row] {
      GraphValues(series, from: view.from, to: view.to, end: max(end, GraphStatistics.end(series)), atLeast: self.series.step)
        .rows
    }
    let main = GraphValues(series, from: view.from, to: view.to, end: end, atLeast: series.step).rows
    let others = content.histories.lanes.count > 1 ? content.histories.lanes.map { rows($0.series) } : []
    let before = content.earlier.map { rows($0.total) }
    return main.enumerated().map { index, row in
      let numbers = [row.rx.average, row.rx.peak, row.tx.average, row.tx.peak]
      var cells = numbers.map { row.isKnown ? unit.rate($0) : "no data" }
      for other in others where other.indices.contains(index) {
        cells += [other[index].rx.average, other[index].tx.average].map(unit.rate)
      }
      var past: [String] = []
      if let before {
        past = (index < before.count ? [before[index].rx.average, before[index].tx.average] : [nil, nil]).map(unit.rate)
      }
      return ["from": page.shell.time.moment(Double(row.from)), "cells": cells, "past": past]
    }
  }
}
