/// Addresses that the graph page offers: other views, and the same view as a file.
struct GraphLinks {
  let subject: GraphSubject
  let view: GraphView
  /// Parameters of the page that stay: `theme`, `kiosk`.
  let kept: [(name: String, value: String?)]

  /// The page with another view.
  func page(_ change: (inout GraphView) -> Void) -> String {
    var changed = view
    change(&changed)
    return page(changed)
  }

  func page(_ view: GraphView) -> String { address("graph", view.parameters + kept) }

  /// An image drawn by the server.
  func image(_ ending: String, theme: String?) -> String {
    address(
      "graph.\(ending)", window + [("width", "1180"), ("height", "340"), ("style", view.style.rawValue), ("theme", theme)] + look)
  }

  var csv: String { address("data.csv", window + [("points", "2000"), ("unit", view.bytes ? "B" : nil)]) }
  var json: String { address("data.json", window + [("points", "2000")]) }
  var rrdtool: String { address("rrdtool.txt", window + [("style", view.style.rawValue)] + look) }

  private var window: [(name: String, value: String?)] { [("from", String(view.from)), ("to", String(view.to))] }

  private var look: [(name: String, value: String?)] {
    view.parameters.filter { ["peaks", "log", "hide", "unit"].contains($0.name) } + [
      ("compare", view.shift == nil ? nil : view.compare)
    ]
  }

  private func address(_ path: String, _ parameters: [(name: String, value: String?)]) -> String {
    path + "?" + [subject.query, PageURL.query(parameters)].filter { !$0.isEmpty }.joined(separator: "&")
  }
}

extension GraphSubject {
  /// `device=…&interface=…`, encoded: commas separate, commas in names are `%2C`.
  var query: String {
    if isEverything { return "device=" + Self.everything }
    func list(_ names: [String]) -> String {
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }.map(PageURL.encode).joined(separator: ",")
    }
    let interfaces = list(lanes.compactMap { $0.interface?.name })
    return "device=" + list(lanes.map(\.device.name)) + (interfaces.isEmpty ? "" : "&interface=" + interfaces)
  }
}
