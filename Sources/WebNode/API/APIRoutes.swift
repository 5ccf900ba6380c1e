import HTTPService
import Hummingbird
import Shared

/// The JSON interface under `/api/v1`.
struct APIRoutes {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    let api = group.group("api/v1")
    api.get("devices", use: devices)
    api.get("devices/:device", use: device)
    api.get("live", use: live)
    api.get("series", use: series)
    api.get("events", use: events)
    TablesRoute(services: services).add(to: api)
    ClusterRoute(services: services).add(to: api)
    StreamRoute(services: services).add(to: api)
    UsageRoutes(services: services).add(to: api)
    OpenAPIRoute(basePath: services.config.basePath).add(to: api)
    UsageRoutes(services: services).addReport(to: group)
  }

  @Sendable private func devices(_ request: Request, _ context: WebContext) async throws -> Response {
    .json(DevicesResponse.all(services.fleet.snapshot()), request: request)
  }

  @Sendable private func device(_ request: Request, _ context: WebContext) async throws -> Response {
    let snapshot = services.fleet.snapshot()
    let device = try snapshot.device(pathComponent: context.parameters.get("device") ?? "")
    return .json(DevicesResponse.one(device, time: snapshot.time), request: request)
  }

  @Sendable private func live(_ request: Request, _ context: WebContext) async throws -> Response {
    let snapshot = services.fleet.snapshot()
    let names = try QueryParameters(request.uri.query).all("device")
    let devices =
      try names.isEmpty ? snapshot.devices : names.map { name throws(HTTPProblem) in try snapshot.device(parameter: name) }
    return .json(LiveResponse.output(unique(devices), time: snapshot.time), request: request)
  }

  @Sendable private func series(_ request: Request, _ context: WebContext) async throws -> Response {
    enum Format: String, CaseIterable { case json, csv }
    let query = try QueryParameters(request.uri.query)
    let snapshot = services.fleet.snapshot()
    let subject = try GraphSubject(request.uri.query, snapshot: snapshot)
    let window = try TimeWindow(query, now: services.now())
    let points = try query.integer(
      "points", in: 1...min(SeriesReader.maximumPoints, SeriesService.pointLimit / max(1, subject.lanes.count)), default: 1000)
    let format = try query.choice("format", default: Format.json)
    let (json, csv, series, problem): (() -> JSONOutput, () -> [UInt8], Series, String?)
    let lines: [Series]
    if let (device, interface) = subject.single {
      let answer = try await services.series.answer(device: device.name, interface, window: window, points: points)
      let response = SeriesResponse(
        device: device.name, interface: interface.name, window: window, now: services.now(), answer: answer)
      (json, csv, series, problem) = ({ response.json }, { response.csv }, answer.series, answer.problem)
      lines = [answer.series]
    } else {
      let histories = try await services.series.histories(subject, snapshot, window: window, points: points)
      let response = HistoriesResponse(subject: subject, window: window, now: services.now(), histories: histories)
      (json, csv, series, problem) = ({ response.json }, { response.csv }, histories.total, histories.problem)
      lines = histories.lanes.map(\.series)
    }
    // Which interfaces a sum is of may change.
    let isComplete =
      problem == nil && subject.lanes.allSatisfy { $0.interface != nil } && !lines.isEmpty
      && lines.allSatisfy { $0.coverage(from: window.from, to: window.to) > 0.999_999 }
    let freshness = Freshness.window(
      to: window.to, now: services.now(), isMoving: window.isMoving, step: series.step, isComplete: isComplete, settled: 86_400)
    switch format {
    case .json: return .json(json(), freshness: freshness, request: request)
    case .csv:
      return .content(
        csv(), type: "text/csv; charset=utf-8; header=present", freshness: freshness, request: request,
        headers: [.contentDisposition: "attachment; filename=\"\(FileNames.export(subject, window, "csv"))\""])
    }
  }

  @Sendable private func events(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let snapshot = services.fleet.snapshot()
    let name = try query.required("device", "the name of a device")
    let limit = try query.integer("limit", in: 1...1000, default: 100)
    if name == GraphSubject.everything, try query.string("interface") == nil {
      let window = try TimeWindow(query, now: services.now(), length: 30 * 86_400)
      let told = try await services.series.fleetEvents.told(snapshot.devices, .all, window: window).newest(limit)
      let output = Self.events(name, window, told.leftOut, told.problem) {
        for each in told.events { $0.object { each.event.write(&$0, device: each.device) } }
      }
      return answer(output, window, request)
    }
    let device = try snapshot.device(parameter: name)
    let interface = try query.string("interface").map { name throws(HTTPProblem) in try device.interface(parameter: name) }
    let window = try TimeWindow(query, now: services.now(), length: 30 * 86_400)
    let told = try await EventsService(series: services.series).events(
      of: device, interfaces: interface.map { [$0.name] }, window: window, limit: limit)
    let output = Self.events(device.name, window, told.leftOut, told.problem) {
      for event in told.events { $0.object { event.write(&$0) } }
    }
    return answer(output, window, request)
  }

  private static func events(
    _ device: String, _ window: TimeWindow, _ leftOut: Int, _ problem: String?, _ list: (inout JSONOutput) -> Void
  ) -> JSONOutput {
    var output = JSONOutput()
    output.object {
      $0.member("device", device)
      $0.member("from", window.from)
      $0.member("to", window.to)
      $0.key("events")
      $0.array { list(&$0) }
      if leftOut > 0 { $0.member("leftOut", leftOut) }
      if let problem { $0.member("problem", problem) }
    }
    return output
  }

  private func answer(_ events: JSONOutput, _ window: TimeWindow, _ request: Request) -> Response {
    // A collector that was away may still tell of a time that is over.
    let freshness = Freshness.window(
      to: window.to, now: services.now(), isMoving: window.isMoving, step: 1, isComplete: false, settled: 0)
    return .json(events, freshness: freshness, request: request)
  }

  private func unique(_ devices: [DeviceView]) -> [DeviceView] {
    var seen: Set<String> = []
    return devices.filter { seen.insert($0.name).inserted }
  }
}

/// Names of files that browsers save.
enum FileNames {
  /// `device_interface_from_to.ext`, with safe characters only.
  static func export(_ subject: GraphSubject, _ window: TimeWindow, _ suffix: String) -> String {
    "\(subject.fileName)_\(window.from)_\(window.to).\(suffix)"
  }
}

extension GraphSubject {
  /// Safe characters only, and not endless.
  fileprivate var fileName: String {
    guard let device else { return isEverything ? "all-devices" : "\(lanes.count)-devices" }
    let names = lanes.map { $0.interface.map { FolderName.escape($0.name) } ?? "uplinks" }
    let joined = names.joined(separator: "+")
    return "\(device.folder)_\(joined.utf8.count > 100 ? "\(names.count)-interfaces" : joined)"
  }
}
