import Shared

/// What a report shows, as its address says. Unknown values fall back to the default.
struct ReportChoices {
  var device: String?
  var interface: String?
  /// `nil`: the present billing month.
  var month: BillingCalendar.Month?
  var isBinary: Bool
  /// From 0.
  var page: Int

  init(_ query: ViewQuery) {
    device = query["device"]
    interface = device == nil ? nil : query["interface"]
    month = query["month"].flatMap { BillingCalendar.Month($0) }
    isBinary = query["unit"] == "GiB"
    page = query["page"].flatMap { Int($0) }.map { min(max($0, 1), 1_000_000) - 1 } ?? 0
  }

  /// The address of the report, relative to the base path; defaults are left out.
  var address: String { address("reports", []) }

  func with(_ change: (inout ReportChoices) -> Void) -> String {
    var changed = self
    change(&changed)
    return changed.address
  }

  /// The address of the same numbers for a program.
  func address(_ path: String, _ extra: [(name: String, value: String?)]) -> String {
    let isPage = path == "reports"
    let query = PageURL.query(
      [
        ("device", device), ("interface", interface), ("month", month?.name), ("unit", isPage && isBinary ? "GiB" : nil),
        ("page", isPage && page > 0 ? String(page + 1) : nil),
      ] + extra)
    return path + (query.isEmpty ? "" : "?" + query)
  }
}
