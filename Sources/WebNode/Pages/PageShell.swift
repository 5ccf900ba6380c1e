import Foundation
import HTTPService
import HTTPTypes
import Hummingbird

/// What every page has around its content: names, theme, navigation, clock.
struct PageShell {
  let services: WebServices
  let renderer: PageRenderer
  let request: Request
  let now: Double
  let time = PageTime()
  /// The view parameters, leniently: what does not decode counts as not given.
  let query: ViewQuery

  init(_ request: Request, _ services: WebServices, _ renderer: PageRenderer) {
    self.services = services
    self.renderer = renderer
    self.request = request
    now = services.now()
    query = ViewQuery(request.uri.query)
  }

  enum Section { case overview, graphs, reports, clients, cluster, none }

  /// The theme that the page is painted in: asked for in the address, chosen before, or configured; `nil` follows the system.
  var theme: String? {
    for candidate in [query["theme"], cookie("theme")] { if candidate == "dark" || candidate == "light" { return candidate } }
    return services.config.theme == .auto ? nil : services.config.theme.rawValue
  }

  /// The fields that `layout` reads.
  func fields(title: String, section: Section, scripts: [AssetCatalog.Name] = [], boot: PageJSON? = nil) -> Fields {
    let assets = renderer.assets
    var fields: Fields = [
      "title": title, "site": services.config.title, "base": services.config.basePath,
      "assetStyle": assets.path(.style), "assetNojs": assets.path(.withoutScripts), "assetIcon": assets.path(.icon),
      "scripts": ([.core] + scripts).map { assets.path($0) }, "self": address,
      "zoneWords": section == .reports
        ? "Days and months are those of the time zone that a device is billed in"
        : "Times are those of the server (\(time.zoneName))", "ownZone": section == .reports,
      "inOverview": section == .overview, "inGraphs": section == .graphs,
      "inReports": section == .reports, "inClients": section == .clients, "inCluster": section == .cluster,
      "search": query["q"] ?? "",
      "kiosk": query["kiosk"] == "1", "isLive": boot != nil,
    ]
    if section != .cluster, let alarm { fields["alarm"] = alarm }
    if let theme { fields["theme"] = theme }
    if let boot { fields["boot"] = Markup(boot.rendered) }
    if let seconds = query["refresh"], ["5", "30", "60"].contains(seconds) { fields["reload"] = seconds }
    return fields
  }

  /// What is wrong with collectors and storage, on every page but the one that tells all of it.
  private var alarm: Fields? {
    let problems = ClusterSummary(services.fleet.snapshot()).loud
    guard let first = problems.first else { return nil }
    let more = problems.count > 1 ? " And \(problems.count - 1) more." : ""
    return ["kind": first.isSevere ? "bad" : "", "text": first.text + more]
  }

  /// This page relative to the base path; fragments need it, since `<base>` also applies to them.
  var address: String {
    let base = services.config.basePath
    let path = request.uri.path.hasPrefix(base) ? String(request.uri.path.dropFirst(base.count)) : ""
    return (path.isEmpty ? PageURL.overview : path) + (request.uri.query.map { "?" + $0 } ?? "")
  }

  func page(_ template: String, _ fields: Fields) -> Response { renderer.page(template, fields) }

  private func cookie(_ name: String) -> String? {
    for header in request.headers[values: .cookie] {
      for pair in header.split(separator: ";") {
        let halves = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if halves.count == 2, halves[0] == name { return halves[1] }
      }
    }
    return nil
  }
}

/// Parameters of a view. Pages are kind: a parameter that cannot be read counts as not given, of repeated ones the last counts.
struct ViewQuery {
  private let parameters: QueryParameters?

  init(_ query: String?) {
    do { parameters = try QueryParameters(query) } catch { parameters = nil }
  }

  subscript(_ name: String) -> String? { parameters?.all(name).last }
}
