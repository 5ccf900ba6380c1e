import HTTPService
import Hummingbird
import Logging
import Shared

/// `/reports` without a device: the billing month of all of them.
struct ReportsPage {
  /// Devices on one page.
  static let pageSize = 100

  let shell: PageShell
  let choices: ReportChoices

  init(_ shell: PageShell) {
    self.shell = shell
    choices = ReportChoices(shell.query)
  }

  private var amounts: AmountFormat { AmountFormat(isBinary: choices.isBinary) }

  func response() async -> Response {
    let devices = shell.services.fleet.snapshot().devices
    let pages = max(1, (devices.count + Self.pageSize - 1) / Self.pageSize)
    let page = min(choices.page, pages - 1)
    let shown = Array(devices.dropFirst(page * Self.pageSize).prefix(Self.pageSize))
    let summaries = await Self.summaries(shown, choices.month, shell.services)
    var fields = shell.fields(title: "Reports", section: .reports)
    fields["rows"] = shown.map { row($0, summaries[$0.name]) }
    fields["sub"] =
      choices.month.map { "Billing months that begin in \($0.name)" } ?? "The billing month in progress, of each device"
    for (name, value) in ReportControls(shell: shell, choices: choices).fields { fields[name] = value }
    fields["total"] = pages == 1 && devices.count > 1 ? total(shown.compactMap { summaries[$0.name] }) as Any : false
    fields["csv"] = choices.address("reports.csv", [])
    fields["isPaged"] = pages > 1
    fields["pageWords"] = "Devices \(page * Self.pageSize + 1) to \(page * Self.pageSize + shown.count) of \(devices.count)"
    fields["previous"] = page > 0 ? choices.with { $0.page = page - 1 } as Any : false
    fields["next"] = page + 1 < pages ? choices.with { $0.page = page + 1 } as Any : false
    return shell.page("reports", fields)
  }

  /// The month of each of these devices, as far as storage answers.
  static func summaries(
    _ devices: [DeviceView], _ month: BillingCalendar.Month?, _ services: WebServices
  ) async -> [String: MonthSummary] {
    await withTaskGroup(of: (String, MonthSummary?).self) { group in
      var result: [String: MonthSummary] = [:]
      // Many devices may take longer than a request waits for storage: as long as storage answers, it is waited for.
      var patience = RequestPatience.current
      func take(_ name: String, _ summary: MonthSummary?) {
        result[name] = summary
        if summary != nil { patience = patience?.renewed }
      }
      // Few at a time: the storage's threads are there for everybody.
      for (index, device) in devices.enumerated() {
        if index >= 3, let (name, summary) = await group.next() { take(name, summary) }
        group.addTask { [patience] in
          let subject = UsageSubject(device: device, interface: nil)
          let wanted = month ?? subject.calendar.month(at: Int(services.now()))
          do {
            return try await RequestPatience.$current.withValue(patience) {
              (device.name, try await services.summaries.summary(subject, wanted, services.usage))
            }
          } catch {
            services.logger.warning(
              "Report cannot be read", metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
            return (device.name, nil)
          }
        }
      }
      for await (name, summary) in group { take(name, summary) }
      return result
    }
  }

  private func row(_ device: DeviceView, _ summary: MonthSummary?) -> Fields {
    var fields = amounts.cells(summary?.total)
    fields["name"] = device.name
    fields["href"] = choices.with {
      $0.device = device.name
      $0.page = 0
    }
    fields["peak"] = Format.rate(summary.flatMap { max($0.percentiles.peakRx, $0.percentiles.peakTx) })
    fields["percentile"] = Format.rate(summary?.percentiles.larger)
    fields["quota"] = ReportQuota(summary?.quota, amounts).short
    fields["forecast"] = amounts.text(summary?.quota?.forecast)
    fields["coverage"] = Format.percent(summary?.total.coverage)
    fields["problem"] =
      summary == nil ? "its storage does not answer" : summary?.problem == nil ? false : "part of it cannot be read"
    return fields
  }

  private func total(_ summaries: [MonthSummary]) -> Fields {
    let known = summaries.map(\.total).filter { !$0.isUnknown }
    guard let first = known.first else { return amounts.cells(nil) }
    return amounts.cells(known.dropFirst().reduce(first, +))
  }

  private func max(_ one: Double?, _ other: Double?) -> Double? {
    guard let one, let other else { return one ?? other }
    return Swift.max(one, other)
  }

  private func max(_ one: Int, _ other: Int) -> Int { Swift.max(one, other) }
}

/// A quota in words.
struct ReportQuota {
  let quota: UsageQuota?
  let amounts: AmountFormat

  init(_ quota: UsageQuota?, _ amounts: AmountFormat) {
    self.quota = quota
    self.amounts = amounts
  }

  /// The share of the quota that is used.
  var share: Double? {
    guard let quota, let limit = quota.limit, limit > 0, let used = quota.used else { return nil }
    return Double(used) / Double(limit)
  }

  /// What is used is a lower bound.
  var mark: String { quota?.exactness.mark ?? "" }

  /// Whether it will be more than the quota by the end of the month.
  var willExceed: Bool {
    guard let quota, let limit = quota.limit, let forecast = quota.forecast else { return false }
    return forecast > limit
  }

  var kind: String { share.map { $0 > 1 ? "badc" : willExceed ? "warnc" : "" } ?? "" }

  var short: Fields {
    guard let limit = quota?.limit else { return ["kind": "", "text": "none"] }
    let word = share.map { $0 > 1 } == true ? ", exceeded" : willExceed ? ", will be exceeded" : ""
    return ["kind": kind, "text": mark + Format.percent(share) + " of " + amounts.text(limit) + word]
  }
}

/// The month, the unit and the way back: plain links and a form.
struct ReportControls {
  let shell: PageShell
  let choices: ReportChoices

  /// Months to choose from.
  static let months = 36

  var fields: Fields {
    let present = BillingCalendar(zone: nil, day: 1).month(at: Int(shell.now))
    var months: [Fields] = [["value": "", "label": "In progress", "chosen": choices.month == nil]]
    var listed = (0..<Self.months).map { BillingCalendar.Month(number: present.number - $0) }
    if let month = choices.month, !listed.contains(month) { listed.append(month) }
    months += listed.map { ["value": $0.name, "label": $0.name, "chosen": $0 == choices.month] }
    return [
      "months": months,
      "kept": [
        ("device", choices.device), ("interface", choices.interface), ("unit", choices.isBinary ? "GiB" : nil),
        ("theme", shell.query["theme"]),
      ].compactMap { name, value in value.map { ["name": name, "value": $0] as Fields } },
      "units": [
        [
          "label": "GB", "name": "Amounts in powers of 1000 (GB)", "chosen": !choices.isBinary,
          "href": choices.with { $0.isBinary = false },
        ],
        [
          "label": "GiB", "name": "Amounts in powers of 1024 (GiB)", "chosen": choices.isBinary,
          "href": choices.with { $0.isBinary = true },
        ],
      ] as [Fields],
    ]
  }
}
