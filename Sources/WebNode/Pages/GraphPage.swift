import Foundation
import HTTPService
import Hummingbird
import Logging
import Shared

/// `/graph`: the traffic of one interface.
struct GraphPage {
  /// Points sent with the page: an hour comes in single seconds.
  static let points = 2000

  let shell: PageShell
  let device: DeviceView
  let interface: InterfaceView
  let view: GraphView

  init(_ shell: PageShell, device: DeviceView, interface: InterfaceView) {
    self.shell = shell
    self.device = device
    self.interface = interface
    view = GraphView(shell.query, now: shell.now)
  }

  private var links: GraphLinks {
    GraphLinks(
      device: device.name, interface: interface.name, view: view,
      kept: ["theme", "kiosk", "refresh"].map { ($0, shell.query[$0]) })
  }

  func response() async -> Response {
    let events = await EventList.read(device, interface: interface, shell)
    let (answer, problem) = await history()
    let series = answer.series
    let end = GraphStatistics.end(series)
    var fields = shell.fields(
      title: "\(interface.name) on \(device.name)", section: .graphs, scripts: [.graph], boot: boot(answer))
    let phrases = StatePhrases(device, now: shell.now, time: shell.time)
    fields["device"] = device.name
    fields["deviceHref"] = PageURL.device(device)
    fields["interface"] = interface.name
    fields["state"] = InterfaceFields(device: device, interface: interface).state.fields
    fields["about"] = about
    fields["sentence"] = phrases.sentence.map { "\(device.name): \($0)" } ?? false
    fields["bannerKind"] = phrases.kind == "bad" ? "bad" : ""
    fields["in"] = DeviceFields.rate(interface.rxRate)
    fields["out"] = DeviceFields.rate(interface.txRate)
    fields["problem"] = problem ?? false
    fields["interfaces"] = device.interfaces.map { ["name": $0.name, "chosen": $0.key == interface.key] as Fields }
    for (name, value) in controls { fields[name] = value }
    for (name, value) in GraphTables(page: self, series: series, end: end, links: links).fields { fields[name] = value }
    for (name, value) in EventList.fields(events, showsInterface: false, shell) { fields[name] = value }
    return shell.page("graph", fields)
  }

  /// The history and what is wrong with it, in words; an empty one when it cannot be read.
  private func history() async -> (SeriesService.Answer, String?) {
    let window = TimeWindow(from: view.from, to: view.to, isMoving: view.isLive)
    do {
      let answer = try await shell.services.series.answer(device: device.name, interface, window: window, points: Self.points)
      return (answer, answer.problem.map { "Part of the history cannot be read: \($0)" })
    } catch {
      shell.services.logger.warning(
        "History cannot be read", metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
      let none = Series.Band(avg: [], max: [], min: [], known: [])
      let empty = Series(t0: view.from, step: 1, rx: none, tx: none)
      let reason = (error as? HTTPProblem)?.detail ?? "the archive cannot be read"
      return (SeriesService.Answer(series: empty, events: []), "This view could not be loaded: \(reason)")
    }
  }

  private var about: String {
    let names = [interface.comment, InterfaceFields(device: device, interface: interface).kind, device.model]
    return (names.compactMap { $0 }.filter { !$0.isEmpty } + ["In is received, Out is sent"]).joined(separator: " · ")
  }

  private func boot(_ answer: SeriesService.Answer) -> PageJSON {
    let marks = answer.events.map { event in PageJSON.object([("t", .number(event.t)), ("label", .text(event.text))]) }
    let isHealthy = [.up, .push, .degraded].contains(device.state)
    return .object([
      ("page", .text("graph")), ("t", .number(shell.now)), ("device", .text(device.name)), ("interface", .text(interface.name)),
      ("healthy", .bool(isHealthy)), ("speed", .number(interface.speed)),
      ("now", .object([("in", .number(interface.rxRate)), ("out", .number(interface.txRate))])),
      ("series", .series(answer.series)),
      ("events", .list(marks)),
    ])
  }

  /// Links and marks of the tool bar. Every one of them works without scripts.
  private var controls: Fields {
    let links = links
    let theme = shell.theme
    var fields: Fields = [
      "presets": GraphView.presets.map { preset in
        [
          "value": preset.value, "label": preset.label, "chosen": view.range == preset.value,
          "href": links.page { $0.range = preset.value },
        ] as Fields
      },
      "styles": GraphView.Style.allCases.map { style in
        [
          "value": style.rawValue, "label": style.rawValue.prefix(1).uppercased() + style.rawValue.dropFirst(),
          "chosen": view.style == style, "href": links.page { $0.style = style },
        ] as Fields
      },
      "earlier": links.page(view.moved(by: -0.5, now: shell.now)), "later": links.page(view.moved(by: 0.5, now: shell.now)),
      "zoomOut": links.page(view.zoomedOut(now: shell.now)), "goLive": links.page { $0.range = GraphView.standard },
      "isLive": view.isLive, "peaks": String(view.peaks), "logarithmic": String(view.logarithmic),
      "togglePeaks": links.page { $0.peaks.toggle() }, "toggleLog": links.page { $0.logarithmic.toggle() },
      "png": links.image("png", theme: theme), "svg": links.image("svg", theme: theme), "csv": links.csv, "json": links.json,
      "rrdtool": links.rrdtool, "image": links.image("svg", theme: theme ?? "dark"),
      "imageLight": theme == nil ? links.image("svg", theme: "light") as Any : false,
      "kept": (view.parameters + links.kept).compactMap { name, value in value.map { ["name": name, "value": $0] as Fields } },
    ]
    let plain = GraphLinks(
      device: device.name, interface: interface.name, view: view, kept: links.kept.filter { $0.name != "refresh" })
    fields["reloads"] = [("never", nil), ("5 s", "5"), ("30 s", "30"), ("60 s", "60")].map { label, value in
      ["label": label, "href": plain.page(view, adding: [("refresh", value)])] as Fields
    }
    return fields
  }
}
