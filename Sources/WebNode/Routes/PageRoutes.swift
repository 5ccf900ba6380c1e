import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore

/// Pages and their assets.
struct PageRoutes {
  let renderer: PageRenderer

  /// What the server needs of the pages.
  ///
  /// - Throws: when a template cannot be parsed.
  static func pages() throws -> WebPages {
    let renderer = try PageRenderer()
    return WebPages(
      addRoutes: { group, services in PageRoutes(renderer: renderer).add(to: group, services) },
      errorPage: { problem, request, services in
        ErrorPage(problem: problem).response(PageShell(request, services, renderer))
      })
  }

  func add(to group: RouterGroup<WebContext>, _ services: WebServices) {
    let renderer = renderer
    group.get("") { request, _ in await OverviewPage(PageShell(request, services, renderer)).response() }
    group.get("devices/:device") { request, context in
      let shell = PageShell(request, services, renderer)
      let device = try services.fleet.snapshot().device(pathComponent: try context.parameters.require("device"))
      return await DevicePage(shell: shell, device: device).response()
    }
    group.get("graph") { request, _ in try await graph(PageShell(request, services, renderer)) }
    group.get("reports") { request, _ in try await reports(PageShell(request, services, renderer)) }
    group.get("clients") { request, _ in await ClientsPage(PageShell(request, services, renderer)).response() }
    group.get("cluster") { request, _ in ClusterPage(PageShell(request, services, renderer)).response() }
    group.get("assets/:file") { request, context in try asset(request, context) }
  }

  private func graph(_ shell: PageShell) async throws -> Response {
    guard shell.query["device"] != nil else { return GraphIndexPage(shell: shell).response() }
    let snapshot = shell.services.fleet.snapshot()
    return await GraphPage(shell, snapshot, try subject(shell, snapshot)).response()
  }

  /// Pages are kind: a device without an interface shows its first.
  private func subject(_ shell: PageShell, _ snapshot: FleetSnapshot) throws(HTTPProblem) -> GraphSubject {
    if let name = shell.query["device"], shell.query["interface"] == nil, let device = snapshot.device(named: name) {
      guard let interface = device.interfaces.first else {
        throw HTTPProblem.notFound("no interface of this device is known yet", parameter: "interface")
      }
      return GraphSubject(lanes: [GraphSubject.Lane(device: device, interface: interface)])
    }
    return try GraphSubject(shell.request.uri.query, snapshot: snapshot)
  }

  private func reports(_ shell: PageShell) async throws -> Response {
    let page = ReportsPage(shell)
    guard let name = page.choices.device else { return await page.response() }
    let device = try shell.services.fleet.snapshot().device(parameter: name)
    let interface = try page.choices.interface.map { name throws(HTTPProblem) in try device.interface(parameter: name) }
    let subject = UsageSubject(device: device, interface: interface)
    return await DeviceReportPage(shell: shell, choices: page.choices, subject: subject).response()
  }

  /// Assets carry a hash of their content in their name: whoever has one never needs to ask again.
  private func asset(_ request: Request, _ context: WebContext) throws -> Response {
    let name = try context.parameters.require("file")
    guard let asset = renderer.assets.asset(fileName: name) else { throw HTTPProblem.notFound("there is no asset of this name") }
    let headers: HTTPFields = [
      .contentType: asset.contentType, .cacheControl: "public, max-age=31536000, immutable", .eTag: asset.tag,
    ]
    if request.headers[.ifNoneMatch] == asset.tag { return Response(status: .notModified, headers: headers) }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
  }
}
