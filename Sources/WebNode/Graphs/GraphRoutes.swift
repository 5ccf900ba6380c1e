import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// `/graph.png`, `/graph.svg` and `/rrdtool.txt`: the same query as the graph page.
struct GraphRoutes {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    group.get("graph.png") { request, context in try await picture(request, .png) }
    group.get("graph.svg") { request, context in try await picture(request, .svg) }
    group.get("rrdtool.txt") { request, context in try await command(request) }
  }

  private func picture(_ request: Request, _ format: GraphRequest.Format) async throws -> Response {
    var (wanted, interface, device) = try graph(request, format)
    if wanted.volume { wanted.volumes = await services.usage.volumes(of: interface, device, wanted.window) }
    let picture = try await services.graphs.picture(wanted, interface)
    let name = FileNames.export(device, interface, wanted.window, format.rawValue)
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
    let (wanted, interface, device) = try graph(request, .png)
    guard let source = interface.sources.first(where: \.isReadable) else {
      throw HTTPProblem.notFound("no collector has this interface")
    }
    let path = source.directory.archive(source.key)
    let hasPeaks: Bool
    do {
      let header = try await services.series.pool(source.root).run { try ArchiveReader().header(at: path) }
      hasPeaks = header.archives.contains { $0.consolidation == .maximum }
    } catch let error as ArchiveError where error.code == .missing {
      throw HTTPProblem.notFound("nothing has been written to \(path) yet")
    }
    let now = Int(services.now())
    let plan = GraphPlan(
      request: wanted, source: .archive(path, hasPeaks: hasPeaks), knownUntil: min(wanted.window.to, now - 30))
    let text = ShellCommand.rrdtoolGraph(
      file: FileNames.export(device, interface, wanted.window, "png"), start: wanted.window.from, end: wanted.window.to,
      arguments: plan.arguments)
    return .content(Array(text.utf8), type: "text/plain; charset=utf-8", freshness: .now, request: request)
  }

  private func graph(_ request: Request, _ format: GraphRequest.Format) throws -> (GraphRequest, InterfaceView, DeviceView) {
    let query = try QueryParameters(request.uri.query)
    let device = try services.fleet.snapshot().device(parameter: try query.required("device", "the name of a device"))
    let interface = try device.interface(parameter: try query.required("interface", "the name or key of an interface"))
    let wanted = try GraphRequest(
      query, device: device, interface: interface, format: format, theme: services.config.theme, now: services.now())
    return (wanted, interface, device)
  }
}
