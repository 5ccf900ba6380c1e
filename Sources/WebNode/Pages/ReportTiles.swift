import Shared

/// A month in a few large numbers.
struct ReportTiles {
  let summary: MonthSummary
  let amounts: AmountFormat

  var fields: [Fields] {
    let total = summary.total.isUnknown ? nil : summary.total
    let values = summary.percentiles
    return [
      amount("In", total?.rx, total), amount("Out", total?.tx, total), amount("In and out", total?.sum, total), quota,
      rate("95th percentile", values.larger, "the larger of in and out"),
      rate("Peak", [values.peakRx, values.peakTx].compactMap { $0 }.max(), "highest 5 minutes"),
      Self.tile(
        "Known", Format.percent(summary.total.coverage), note: Format.percent(summary.total.sampledShare) + " was sampled",
        share: summary.total.coverage),
    ]
  }

  private var quota: Fields {
    let quota = ReportQuota(summary.quota, amounts)
    let forecast = amounts.parts(summary.quota?.forecast)
    guard let limit = summary.quota?.limit else {
      return Self.tile(
        "Forecast", forecast.number, small: forecast.unit,
        note: summary.quota == nil ? "no quota counts here" : "by the end of the month; no quota")
    }
    let used = quota.mark + Format.percent(quota.share)
    let word = (quota.share ?? 0) > 1 ? "exceeded" : quota.willExceed ? "will be exceeded" : "forecast"
    return Self.tile(
      "Quota", used, small: "of " + amounts.text(limit), note: "\(word): \(forecast.text) by the end", kind: quota.kind,
      share: quota.share, bar: quota.kind == "badc" ? "level bad" : quota.kind == "warnc" ? "level warn" : "level")
  }

  private func amount(_ label: String, _ bytes: UInt64?, _ total: UsageAmount?) -> Fields {
    let parts = amounts.parts(bytes)
    guard let bytes, let exactness = total.map(Exactness.init) else { return Self.tile(label, parts.number, note: "not known") }
    return Self.tile(
      label, exactness.mark + parts.number, small: parts.unit, note: exactness.words + Format.grouped(bytes) + " bytes",
      title: exactness.explanation)
  }

  private func rate(_ label: String, _ rate: Double?, _ note: String) -> Fields {
    let parts = Format.rateParts(rate)
    return Self.tile(label, parts.number, small: parts.unit, note: note)
  }

  static func tile(
    _ label: String, _ value: String, small: String = "", note: String, kind: String = "", share: Double? = nil,
    bar: String = "level", title: String? = nil
  ) -> Fields {
    var fields: Fields = [
      "label": label, "value": value, "small": small.isEmpty ? false : small, "bars": false, "link": false, "valueID": false,
      "smallID": false, "notes": [["kind": kind, "text": note] as Fields],
    ]
    fields["exactness"] = title ?? false
    if let share {
      let parts: [Fields] = [
        ["x": "0", "width": "100", "kind": "track"],
        ["x": "0", "width": Format.fixed(min(1, max(0, share)) * 100, 1), "kind": bar],
      ]
      fields["bars"] = ["parts": parts] as Fields
    }
    return fields
  }
}

/// A bar for each day of a month, in below out.
struct ReportStrip {
  let amounts: [UsageAmount]
  /// Days of the whole month.
  let days: Int
  let format: AmountFormat
  let time: PageTime

  static let height = 100.0

  var fields: Fields {
    let highest = Double(amounts.map(\.sum).max() ?? 0)
    guard highest > 0 else { return ["bars": false, "width": "10", "highest": Format.unknown] }
    let bars: [Fields] = amounts.enumerated().filter { !$0.element.isUnknown }.map { index, amount in
      let received = Double(amount.rx) / highest * Self.height
      let sent = Double(amount.tx) / highest * Self.height
      return [
        "x": String(index * 10 + 1), "inY": Format.fixed(Self.height - received, 1), "inHeight": Format.fixed(received, 1),
        "outY": Format.fixed(max(0, Self.height - received - sent), 1), "outHeight": Format.fixed(sent, 1),
        "part": amount.isPartial ? " part" : "",
        "title": "\(time.day(Double(amount.from))): \(Exactness(amount).mark)\(format.text(amount.rx)) in, "
          + "\(Exactness(amount).mark)\(format.text(amount.tx)) out",
      ]
    }
    return [
      "bars": bars, "width": String(max(1, days) * 10), "highest": format.text(amounts.map(\.sum).max()), "labels": labels,
    ]
  }

  /// The day of the month below each place for a bar; days to come count on from the last that is known.
  private var labels: [String] {
    guard let first = amounts.first else { return [] }
    // Noon of each day: a day of 23 or 25 hours leads into no other.
    return (0..<max(1, days)).map { String(time.day(Double(first.from) + Double($0) * 86_400 + 43_200).suffix(2)) }
  }
}
