import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// `/graph.png`, `/graph.svg` and `/rrdtool.txt`: the same query as the graph page.
struct GraphRoutes {
  /// Archives in one command.
  static let archiveLimit = 24

  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    group.get("graph.png") { request, context in try await picture(request, .png) }
    group.get("graph.svg") { request, context in try await picture(request, .svg) }
    group.get("rrdtool.txt") { request, context in try await command(request) }
  }

  private func picture(_ request: Request, _ format: GraphRequest.Format) async throws -> Response {
    let snapshot = services.fleet.snapshot()
    var (wanted, subject) = try graph(request, format, snapshot)
    if wanted.volume, let (device, interface) = subject.single {
      wanted.volumes = await services.usage.volumes(of: interface, device, wanted.window)
    }
    let picture = try await services.graphs.picture(wanted, subject, snapshot)
    let name = FileNames.export(subject, wanted.window, format.rawValue)
    var headers: HTTPFields = [.contentDisposition: "inline; filename=\"\(name)\""]
    if format == .svg {
      // librrd's SVG has style attributes; nothing else in it may act.
      headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    }
    let age = wanted.window.isMoving ? max(1, Int(picture.expires - services.now())) : 60
    return .content(
      picture.bytes, type: format == .png ? "image/png" : "image/svg+xml", freshness: .seconds(age), request: request,
      headers: headers)
  }

  private func command(_ request: Request) async throws -> Response {
    let (wanted, subject) = try graph(request, .png, services.fleet.snapshot())
    guard !subject.isEverything else {
      throw HTTPProblem.badParameter(
        "device", "a command for all devices would be endless", allowed: "the names of devices or interfaces")
    }
    var lines: [GraphPlan.Line] = []
    for lane in subject.lanes {
      // rrdtool reads archives, one for each uplink of a device.
      for interface in lane.parts {
        let name = lane.parts.count == 1 ? subject.label(lane) : "\(lane.device.name) \(interface.name)"
        lines.append(GraphPlan.Line(source: try await archive(interface), name: name))
      }
    }
    guard lines.count <= Self.archiveLimit else {
      throw HTTPProblem.badParameter(
        "device", "has \(lines.count) uplinks", allowed: "at most \(Self.archiveLimit) archives in one command; name interfaces")
    }
    guard let first = lines.first else { throw HTTPProblem.notFound("no interface is known") }
    let now = Int(services.now())
    var plan = GraphPlan(request: wanted, lines: lines, knownUntil: min(wanted.window.to, now - 30))
    // One line has one past; of several rrdtool would have to add up two sets of archives.
    if wanted.compare != nil, lines.count == 1 { plan.earlier = first.source }
    let text = ShellCommand.rrdtoolGraph(
      file: FileNames.export(subject, wanted.window, "png"), start: wanted.window.from, end: wanted.window.to,
      arguments: plan.arguments)
    return .content(Array(text.utf8), type: "text/plain; charset=utf-8", freshness: .now, request: request)
  }

  private func archive(_ interface: InterfaceView) async throws -> GraphPlan.Source {
    guard let source = interface.sources.first(where: \.isReadable) else {
      throw HTTPProblem.notFound("no collector has this interface")
    }
    let path = source.directory.archive(source.key)
    do {
      let header = try await services.series.pool(source.root).run { try ArchiveReader().header(at: path) }
      return .archive(path, hasPeaks: header.archives.contains { $0.consolidation == .maximum })
    } catch let error as ArchiveError where error.code == .missing {
      throw HTTPProblem.notFound("nothing has been written to \(path) yet")
    }
  }

  private func graph(
    _ request: Request, _ format: GraphRequest.Format, _ snapshot: FleetSnapshot
  ) throws -> (GraphRequest, GraphSubject) {
    let query = try QueryParameters(request.uri.query)
    let subject = try GraphSubject(request.uri.query, snapshot: snapshot)
    let wanted = try GraphRequest(
      query, subject: subject, format: format, theme: services.config.theme, now: services.now())
    return (wanted, subject)
  }
}
