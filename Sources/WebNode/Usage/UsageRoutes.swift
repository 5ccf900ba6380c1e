import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// `/api/v1/usage` and `/api/v1/percentile`.
struct UsageRoutes {
  let services: WebServices

  func add(to api: RouterGroup<WebContext>) {
    api.get("usage", use: usage)
    api.get("percentile", use: percentile)
  }

  /// `/reports.csv`: a row for each device, for a spreadsheet.
  func addReport(to group: RouterGroup<WebContext>) { group.get("reports.csv", use: report) }

  @Sendable private func report(_ request: Request, _ context: WebContext) async throws -> Response {
    let month = try UsageRequest.month(try QueryParameters(request.uri.query))
    let devices = services.fleet.snapshot().devices
    let summaries = await ReportsPage.summaries(devices, month, services)
    let bytes = FleetReport(devices: devices, summaries: summaries).csv
    let file = "report_" + (month?.name ?? "current") + ".csv"
    return .content(
      bytes, type: "text/csv; charset=utf-8; header=present", freshness: .now, request: request,
      headers: [.contentDisposition: "attachment; filename=\"\(file)\""])
  }

  @Sendable private func usage(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let wanted = try UsageRequest(query, subject: services.fleet.snapshot().usageSubject(query), now: services.now())
    let answer = try await services.usage.answer(wanted)
    let response = UsageResponse(request: wanted, answer: answer, quota: try await services.usage.quota(wanted, answer))
    let isComplete = answer.problem == nil && ([answer.total] + answer.amounts).allSatisfy { !$0.isPartial }
    let freshness = freshness(wanted.span, wanted.subject, step: 1, isComplete: isComplete)
    switch wanted.format {
    case .json: return .json(response.json, freshness: freshness, request: request)
    case .csv: return csv(response.csv, "usage", wanted.subject, wanted.span, freshness, request)
    }
  }

  @Sendable private func percentile(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let subject = try services.fleet.snapshot().usageSubject(query)
    let format = try query.choice("format", default: UsageRequest.Format.json)
    let p = try Self.percent(query)
    let calendar = subject.calendar
    let month = try UsageRequest.month(query) ?? calendar.month(at: Int(services.now()))
    let span = calendar.span(of: month)
    let buckets = try await services.usage.buckets(of: subject.interfaces, subject.device, span)
    let response = PercentileResponse(subject: subject, span: span, month: month, p: p, values: buckets.percentiles(p))
    // A row that has just ended may take a moment to be written.
    let freshness = freshness(span, subject, step: 30, isComplete: response.values.missing == 0)
    switch format {
    case .json: return .json(response.json, freshness: freshness, request: request)
    case .csv: return csv(response.csv, "percentile", subject, span, freshness, request)
    }
  }

  private static func percent(_ query: QueryParameters) throws(HTTPProblem) -> Double {
    guard let text = try query.string("p") else { return 95 }
    let allowed = "0.001 to 100"
    let isPlain = text.utf8.count <= 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    guard isPlain, let value = Double(text) else {
      throw .badParameter("p", "\"\(text.prefix(64))\" is no percentage", allowed: allowed)
    }
    guard (0.001...100).contains(value) else { throw .badParameter("p", "\(text) is out of range", allowed: allowed) }
    return value
  }

  /// The present moves; of the past a replica's rows may still come in from a spool. Which interfaces a sum is of may change.
  private func freshness(_ span: Range<Int>, _ subject: UsageSubject, step: Int, isComplete: Bool) -> Freshness {
    .window(
      to: span.upperBound, now: services.now(), step: step, isComplete: isComplete && subject.interface != nil, settled: 3600)
  }

  private func csv(
    _ bytes: [UInt8], _ what: String, _ subject: UsageSubject, _ span: Range<Int>, _ freshness: Freshness, _ request: Request
  ) -> Response {
    let names = [subject.device.folder, subject.interface.map { FolderName.escape($0.name) }, what].compactMap { $0 }
    let file = (names + [String(span.lowerBound), String(span.upperBound)]).joined(separator: "_") + ".csv"
    return .content(
      bytes, type: "text/csv; charset=utf-8; header=present", freshness: freshness, request: request,
      headers: [.contentDisposition: "attachment; filename=\"\(file)\""])
  }
}

extension UsageService {
  /// Totals as asked for.
  func answer(_ request: UsageRequest) async throws -> Answer {
    var answer = try await amounts(of: request.subject.interfaces, request.subject.device, request.periods)
    answer.total.to = request.span.upperBound
    return answer
  }

  /// The quota in the billing month that was asked for, else in that of the end of what was asked for; `nil`: none counts.
  func quota(_ request: UsageRequest, _ answer: Answer) async throws -> UsageQuota? {
    let subject = request.subject
    guard let interfaces = subject.quotaInterfaces else { return nil }
    let calendar = subject.calendar
    let month = request.month ?? calendar.month(at: min(request.span.upperBound - 1, Int(time)))
    let span = calendar.span(of: month)
    let isSame = span == request.span && interfaces.map(\.key) == subject.interfaces.map(\.key)
    let total = isSame ? answer.total : try await amounts(of: interfaces, subject.device, [span]).total
    return UsageQuota(limit: subject.device.billing?.quota, month: total)
  }
}
