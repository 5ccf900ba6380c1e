import Foundation
import HTTPService
import Hummingbird
import Logging
import Shared

/// `/reports?device=`: days and months of one device, or of one of its interfaces.
struct DeviceReportPage {
  /// Months in the table, the chosen one last.
  static let monthCount = 12

  let shell: PageShell
  let choices: ReportChoices
  let subject: UsageSubject

  private var services: WebServices { shell.services }
  private var amounts: AmountFormat { AmountFormat(isBinary: choices.isBinary) }
  private var calendar: BillingCalendar { subject.calendar }
  private var time: PageTime { PageTime(zone: calendar.zone) }
  private var month: BillingCalendar.Month { choices.month ?? calendar.month(at: Int(shell.now)) }

  func response() async -> Response {
    let span = calendar.span(of: month)
    var fields = shell.fields(title: "Report of \(subject.device.name)", section: .reports)
    fields["device"] = subject.device.name
    fields["deviceHref"] = PageURL.device(subject.device)
    fields["allHref"] = choices.with {
      $0.device = nil
      $0.interface = nil
    }
    fields["interface"] = subject.interface?.name ?? false
    fields["sub"] = sentence(span)
    fields["interfaces"] = interfaces
    for (name, value) in ReportControls(shell: shell, choices: choices).fields { fields[name] = value }
    for (name, value) in files { fields[name] = value }
    do {
      let end = max(span.lowerBound + 1, min(span.upperBound, Int(shell.now) + 1))
      var days = calendar.periods(.day, in: span) ?? []
      days.removeAll { $0.lowerBound >= end }
      let summary = try await services.summaries.summary(subject, month, services.usage)
      let answer = try await services.usage.amounts(of: subject.interfaces, subject.device, days)
      fields["problem"] = (answer.problem ?? summary.problem).map { "Part of it cannot be read: \($0)" } ?? false
      fields["tiles"] = ReportTiles(summary: summary, amounts: amounts).fields
      fields["rules"] = rules(summary.percentiles)
      fields["samples"] = samples(summary.percentiles)
      fields["days"] = answer.amounts.reversed().map { row($0, time.day(Double($0.from))) }
      fields["strip"] =
        ReportStrip(amounts: answer.amounts, days: (calendar.periods(.day, in: span) ?? []).count, format: amounts, time: time)
        .fields
      let (rows, unread) = await months()
      fields["monthRows"] = rows
      if let unread, answer.problem == nil, summary.problem == nil { fields["problem"] = unread }
    } catch {
      services.logger.warning(
        "Report cannot be read", metadata: [LogKey.device: "\(subject.device.name)", LogKey.error: "\(error)"])
      fields["problem"] = "This report could not be loaded: \((error as? HTTPProblem)?.detail ?? "the ledger cannot be read")"
      for name in ["tiles", "rules", "days", "monthRows"] { fields[name] = [Fields]() }
      fields["samples"] = false
      fields["strip"] = false
    }
    return shell.page("report", fields)
  }

  private func sentence(_ span: Range<Int>) -> String {
    let begin = time.moment(Double(span.lowerBound), span: .infinity)
    let end = time.moment(Double(span.upperBound), span: .infinity)
    let sum =
      subject.interface != nil
      ? ""
      : subject.device.interfaces.contains(where: \.isUplink)
        ? "Sum of its uplinks: \(subject.interfaces.map(\.name).joined(separator: ", ")). " : "Sum of all its interfaces. "
    return "\(sum)Billing month \(month.name): \(begin) to \(end) in \(calendar.zoneName), beginning on day \(calendar.day)."
  }

  private var interfaces: [Fields] {
    let all: Fields = [
      "label": "Whole device", "chosen": subject.interface == nil, "href": choices.with { $0.interface = nil },
    ]
    return [all]
      + subject.device.interfaces.prefix(200).map { interface in
        [
          "label": interface.name, "chosen": interface.key == subject.interface?.key,
          "href": choices.with { $0.interface = interface.name },
        ]
      }
  }

  private var files: Fields {
    var named = choices
    named.month = month
    func usage(_ unit: String) -> String { named.address("api/v1/usage", [("by", unit), ("format", "csv")]) }
    return [
      "csvDays": usage("day"), "csvHours": usage("hour"),
      "csvPercentile": named.address("api/v1/percentile", [("format", "csv")]),
      "json": named.address("api/v1/usage", [("by", "day")]),
    ]
  }

  private func rules(_ values: UsageBuckets.Percentiles) -> [Fields] {
    [
      ("In", "what the interface receives", values.rx), ("Out", "what it sends", values.tx),
      ("Larger", "the larger of both", values.larger), ("Sum", "in and out together, bucket by bucket", values.sum),
    ].map { ["name": $0.0, "words": $0.1, "rate": Format.rate($0.2)] }
  }

  private func samples(_ values: UsageBuckets.Percentiles) -> String {
    let missing = values.missing == 0 ? "none is missing" : "\(values.missing) are missing and left out"
    return "Nearest rank over \(values.samples) averages of 5 minutes that are known in full; \(missing)."
  }

  /// The months of which something is known, and those that cannot be read; and what is wrong with these, in words.
  private func months() async -> (rows: [Fields], problem: String?) {
    var rows: [Fields] = []
    var (unread, reason) = (0, String?.none)
    for number in ((month.number - Self.monthCount + 1)...month.number).reversed() where number >= 1971 * 12 {
      let month = BillingCalendar.Month(number: number)
      var summary: MonthSummary?
      do {
        summary = try await services.summaries.summary(subject, month, services.usage)
      } catch {
        services.logger.warning(
          "Month of a report cannot be read", metadata: [LogKey.device: "\(subject.device.name)", LogKey.error: "\(error)"])
        (unread, reason) = (unread + 1, reason ?? (error as? HTTPProblem)?.detail ?? "the ledger cannot be read")
      }
      if let problem = summary?.problem { (unread, reason) = (unread + 1, reason ?? problem) }
      if let summary, summary.total.isUnknown, summary.problem == nil { continue }
      var fields = summary.map { row($0.total, month.name) } ?? unknown(month.name)
      fields["href"] = choices.with { $0.month = month }
      fields["percentile"] = Format.rate(summary?.percentiles.larger)
      fields["quota"] = ReportQuota(summary?.quota, amounts).short
      rows.append(fields)
    }
    return (rows, reason.map { "\(unread) of \(Self.monthCount) months cannot be read in full: \($0)" })
  }

  private func unknown(_ label: String) -> Fields {
    var fields = amounts.cells(nil)
    fields["label"] = label
    fields["coverage"] = Format.unknown
    fields["words"] = "cannot be read at the moment"
    return fields
  }

  private func row(_ amount: UsageAmount, _ label: String) -> Fields {
    var fields = amounts.cells(amount)
    fields["label"] = label
    fields["coverage"] = Format.percent(amount.coverage)
    fields["words"] = Self.words(amount) ?? false
    return fields
  }

  /// What the flags of a row mean.
  static func words(_ amount: UsageAmount) -> String? {
    var words: [String] = []
    if amount.isShared { words.append("an edge cuts a row: about this much") }
    if amount.flags.contains(.reset) { words.append("counters were reset: at least this much") }
    if amount.isPartial { words.append("not all of the time is known") }
    if amount.flags.contains(.gap) { words.append("gaps closed by the counters") }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }
}
