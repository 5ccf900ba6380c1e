import Foundation
import Shared

/// The graph in numbers: captions, statistics and values, as they stand in the page before any script runs.
struct GraphTables {
  let page: GraphPage
  let series: Series
  /// Where knowledge ends, epoch seconds.
  let end: Int
  let links: GraphLinks

  /// The fields of `graph-tables` and of the captions.
  var fields: Fields {
    let (view, time) = (page.view, page.shell.time)
    let received = statistics(series.rx)
    let step = Format.step(series.step) + " per point"
    return [
      "range": time.interval(Double(view.from), Double(view.to)), "span": Format.duration(Double(view.span)),
      "missing": received.missing >= series.step ? Format.duration(Double(received.missing)) + " missing" : "",
      "resolution": series.count == 0
        ? "" : step + (series.step > 1 && view.peaks ? ", band shows the peaks inside each point" : ""),
      "statistics": [
        row("in", "↓ In", "k0", received, page.interface.rxRate, !view.hideIn) { $0.hideIn.toggle() },
        row("out", "↑ Out", "k1", statistics(series.tx), page.interface.txRate, !view.hideOut) { $0.hideOut.toggle() },
      ],
      "values": GraphValues(series, from: view.from, to: view.to, end: end).rows.map { row in
        let numbers = [row.rx.average, row.rx.peak, row.tx.average, row.tx.peak]
        return [
          "from": time.moment(Double(row.from)), "cells": numbers.map { row.isKnown ? Format.rate($0) : "no data" },
        ] as Fields
      },
    ]
  }

  private func statistics(_ band: Series.Band) -> GraphStatistics {
    GraphStatistics(band, t0: series.t0, step: series.step, from: page.view.from, to: page.view.to, end: end)
  }

  private func row(
    _ side: String, _ label: String, _ key: String, _ values: GraphStatistics, _ now: Double?, _ shown: Bool,
    _ toggle: (inout GraphView) -> Void
  ) -> Fields {
    let time = page.shell.time
    let peakAt = values.peakAt.map { at in
      series.step < 3600 && page.view.span <= 86_400 ? time.clock(Double(at)) : time.moment(Double(at), span: 604_800)
    }
    return [
      "side": side, "label": label, "key": key, "shown": String(shown), "toggle": links.page(toggle), "now": Format.rate(now),
      "average": Format.rate(values.average), "peak": Format.rate(values.peak), "peakAt": peakAt ?? Format.unknown,
      "percentile": Format.rate(values.percentile), "lowest": Format.rate(values.lowest), "bytes": Format.bytes(values.bytes),
    ]
  }
}
