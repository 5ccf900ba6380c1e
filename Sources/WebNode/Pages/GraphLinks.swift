/// Addresses that the graph page offers: other views, and the same view as a file.
struct GraphLinks {
  let device: String
  let interface: String
  let view: GraphView
  /// Parameters of the page that stay: `theme`, `kiosk`.
  let kept: [(name: String, value: String?)]

  /// The page with another view.
  func page(_ change: (inout GraphView) -> Void) -> String {
    var changed = view
    change(&changed)
    return page(changed)
  }

  func page(_ view: GraphView, adding extra: [(name: String, value: String?)] = []) -> String {
    "graph?" + PageURL.query(subject + view.parameters + kept + extra)
  }

  /// An image drawn by the server.
  func image(_ ending: String, theme: String?) -> String {
    "graph.\(ending)?"
      + PageURL.query(
        subject + window + [
          ("width", "1180"), ("height", "340"), ("style", view.style.rawValue), ("theme", theme),
          ("peaks", view.peaks ? nil : "0"),
        ])
  }

  var csv: String { "api/v1/series?" + PageURL.query(subject + window + [("points", "2000"), ("format", "csv")]) }
  var json: String { "api/v1/series?" + PageURL.query(subject + window + [("points", "2000")]) }
  var rrdtool: String { "rrdtool.txt?" + PageURL.query(subject + window + [("style", view.style.rawValue)]) }

  private var subject: [(name: String, value: String?)] { [("device", device), ("interface", interface)] }
  private var window: [(name: String, value: String?)] { [("from", String(view.from)), ("to", String(view.to))] }
}
