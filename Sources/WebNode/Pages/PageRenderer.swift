import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// What a template reads. Values are `String`, `Bool`, `Markup`, and `Fields` and arrays of them.
typealias Fields = [String: Any]

/// Templates and assets, loaded once.
struct PageRenderer: Sendable {
  let assets = AssetCatalog()
  private let library: MustacheLibrary

  /// - Throws: when a template cannot be parsed.
  init() throws {
    MustacheContentTypes.register(PageText(), named: PageText.name)
    var library = MustacheLibrary()
    for (name, bytes) in Self.sources { try library.register(String(decoding: bytes, as: UTF8.self), named: name) }
    self.library = library
  }

  /// Every template by its name.
  static let sources: [(name: String, bytes: [UInt8])] = [
    ("layout", PackageResources.layout_mustache), ("icon", PackageResources.icon_mustache),
    ("time", PackageResources.time_mustache), ("state", PackageResources.state_mustache),
    ("readouts", PackageResources.readouts_mustache), ("overview", PackageResources.overview_mustache),
    ("card", PackageResources.card_mustache), ("devices-table", PackageResources.devices_table_mustache),
    ("tiles", PackageResources.tiles_mustache), ("empty", PackageResources.empty_mustache),
    ("device", PackageResources.device_mustache), ("events", PackageResources.events_mustache),
    ("graph", PackageResources.graph_mustache), ("graph-tools", PackageResources.graph_tools_mustache),
    ("graph-tables", PackageResources.graph_tables_mustache), ("help", PackageResources.help_mustache),
    ("graph-index", PackageResources.graph_index_mustache),
    ("reports", PackageResources.reports_mustache), ("report", PackageResources.report_mustache),
    ("report-controls", PackageResources.report_controls_mustache), ("error", PackageResources.error_mustache),
  ]

  /// A page as an answer. Pages show the moment, so nothing keeps them.
  func page(_ template: String, _ fields: Fields, status: HTTPResponse.Status = .ok) -> Response {
    let text = library.render(fields, withTemplate: template) ?? ""
    return Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Cookie"],
      body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}
