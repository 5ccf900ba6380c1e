import Foundation
import Shared

/// Style sheets, scripts and the icon: joined into few files, each with a hash of its content in its name, so that browsers may
/// keep them for ever and still never use an old one.
struct AssetCatalog: Sendable {
  struct Asset: Sendable {
    /// `core.1f0c….js`
    var fileName: String
    var contentType: String
    var bytes: [UInt8]
    /// Strong, from the content.
    var tag: String

    /// Relative to the base path.
    var path: String { "assets/" + fileName }
  }

  /// What a page links to.
  enum Name: String, CaseIterable, Sendable {
    case style = "style.css"
    case withoutScripts = "nojs.css"
    case icon = "icon.svg"
    case core = "core.js"
    case overview = "overview.js"
    case device = "device.js"
    case graph = "graph.js"
    case clients = "clients.js"
    case cluster = "cluster.js"
  }

  private let assets: [Name: Asset]
  private let byFileName: [String: Asset]

  init() {
    var assets: [Name: Asset] = [:]
    for name in Name.allCases { assets[name] = Self.asset(name) }
    self.assets = assets
    byFileName = Dictionary(uniqueKeysWithValues: assets.values.map { ($0.fileName, $0) })
  }

  /// Where a page finds it, relative to the base path.
  func path(_ name: Name) -> String { assets[name]?.path ?? "" }

  /// The asset with this name in its address; `nil` for unknown ones and for old hashes.
  func asset(fileName: String) -> Asset? { byFileName[fileName] }

  var all: [Asset] { Name.allCases.compactMap { assets[$0] } }

  private static func asset(_ name: Name) -> Asset {
    let bytes = Array(parts(name).joined(separator: [UInt8(ascii: "\n")]))
    let digest = Digest.sha256(bytes).prefix(6).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
    let halves = name.rawValue.split(separator: ".")
    return Asset(
      fileName: "\(halves[0]).\(digest).\(halves[1])", contentType: contentType(String(halves[1])), bytes: bytes,
      tag: "\"\(digest)\"")
  }

  private static func contentType(_ ending: String) -> String {
    switch ending {
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    default: "image/svg+xml"
    }
  }

  /// The files of a bundle, in the order in which they need each other.
  private static func parts(_ name: Name) -> [[UInt8]] {
    typealias Files = PackageResources
    switch name {
    case .style:
      return [
        Files.tokens_css, Files.base_css, Files.controls_css, Files.overview_css, Files.graph_css, Files.lists_css,
        Files.reports_css,
        Files.adapt_css,
      ]
    case .withoutScripts: return [Files.nojs_css]
    case .icon: return [Files.icon_svg]
    case .core:
      return [
        Files.format_js, Files.ticks_js, Files.series_js, Files.columns_js, Files.chart_scale_js, Files.chart_draw_js,
        Files.chart_overlay_js, Files.chart_input_js, Files.chart_js, Files.dom_js, Files.stream_share_js, Files.stream_js,
        Files.shell_js,
        Files.spoken_js,
        Files.refresh_js, Files.search_js,
      ]
    case .overview: return [Files.overview_js]
    case .device: return [Files.device_js]
    case .clients: return [Files.clients_js]
    case .cluster: return [Files.cluster_js]
    case .graph:
      return [
        Files.chart_lanes_js, Files.graph_state_js, Files.graph_data_js, Files.graph_tables_js, Files.graph_volumes_js,
        Files.graph_export_js, Files.graph_navigator_js, Files.graph_controls_js, Files.graph_js,
      ]
    }
  }
}
