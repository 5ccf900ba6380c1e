import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// `/sd`: Prometheus' HTTP service discovery, a target for each device. The target is this node, at the address by which it was asked.
struct DiscoveryRoute {
  let services: WebServices
  /// Whether a peer's forwarding headers count.
  let trusts: @Sendable (IPAddress?) -> Bool

  func add(to group: RouterGroup<WebContext>) { group.get("sd", use: discover) }

  @Sendable private func discover(_ request: Request, _ context: WebContext) async throws -> Response {
    let query = try QueryParameters(request.uri.query)
    let selection = try MetricsSelection(query, services.fleet.snapshot())
    let origin = try RequestOrigin(request, isFromProxy: trusts(context.peer))
    let path = services.config.basePath + "metrics"
    var text: [UInt8] = [UInt8(ascii: "[")]
    for device in selection.devices {
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      text += #"{"targets":["#.utf8
      JSONText.append(string: origin.host, to: &text)
      text += #"],"labels":{"#.utf8
      let labels = [("__scheme__", origin.scheme), ("__metrics_path__", path)] + Self.labels(device)
      for (index, label) in labels.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        JSONText.append(string: label.0, to: &text)
        text.append(UInt8(ascii: ":"))
        JSONText.append(string: label.1, to: &text)
      }
      text += "}}".utf8
    }
    text += "]\n".utf8
    return Response(
      status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: text)))
  }

  /// `device` and `instance` stay on the target and its series; `__meta_…` is for relabelling.
  private static func labels(_ device: DeviceView) -> [(String, String)] {
    let meta: [(String, String?)] = [
      ("name", device.name), ("identity", device.identity), ("address", device.address), ("model", device.model),
      ("serial", device.serial), ("version", device.version), ("state", device.state.rawValue),
      // As Prometheus' own discoveries have lists: a separator at both ends, so that one can be found without anchors.
      ("collectors", "," + device.collectors.joined(separator: ",") + ","),
    ]
    var labels = [("__param_device", device.name), ("device", device.name), ("instance", device.name)]
    labels += meta.compactMap { name, value in value.map { ("__meta_tikwatch_" + name, $0) } }
    var names = Set(labels.map(\.0))
    for (name, value) in device.labels.sorted(by: { $0.key < $1.key }) {
      let name = "__meta_tikwatch_label_" + sanitised(name)
      if names.insert(name).inserted { labels.append((name, value)) }
    }
    return labels
  }

  /// What cannot stand in a label's name becomes `_`.
  static func sanitised(_ name: String) -> String {
    String(
      decoding: name.utf8.map { byte in
        SelectorLexer.isNameByte(byte, first: false) && byte != UInt8(ascii: ":") ? byte : UInt8(ascii: "_")
      }, as: UTF8.self)
  }
}

/// How a client reached this node: what it called it, and whether by TLS.
struct RequestOrigin: Sendable, Equatable {
  var host: String
  var scheme: String

  /// - Parameter isFromProxy: `X-Forwarded-Host` and `X-Forwarded-Proto` count.
  /// - Throws: 400 for what is no host.
  init(_ request: Request, isFromProxy: Bool) throws(HTTPProblem) {
    let named = isFromProxy ? Self.last("X-Forwarded-Host", request) : nil
    guard let host = named ?? request.head.authority, Self.isHost(host) else {
      throw HTTPProblem(status: .badRequest, detail: "the Host header is missing or names no host, and the targets need one")
    }
    self.host = host
    let proto = isFromProxy ? Self.last("X-Forwarded-Proto", request)?.lowercased() : nil
    scheme = proto == "https" ? "https" : "http"
  }

  /// What the nearest proxy said.
  private static func last(_ name: String, _ request: Request) -> String? {
    guard let name = HTTPField.Name(name), let value = request.headers[values: name].last else { return nil }
    let text = value.split(separator: ",").last.map { $0.filter { $0 != " " && $0 != "\t" } } ?? ""
    return text.isEmpty ? nil : String(text)
  }

  private static func isHost(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        SelectorLexer.isNameByte(byte, first: false) || ".-[]".utf8.contains(byte)
      }
  }
}
