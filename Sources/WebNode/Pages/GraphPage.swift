import Foundation
import HTTPService
import Hummingbird
import Logging
import Shared

/// `/graph`: the traffic of one interface, of several, or of all uplinks.
struct GraphPage {
  /// Points sent with the page: an hour comes in single seconds.
  static let points = 2000

  let shell: PageShell
  let snapshot: FleetSnapshot
  let subject: GraphSubject
  let view: GraphView
  let unit: RateUnit

  init(_ shell: PageShell, _ snapshot: FleetSnapshot, _ subject: GraphSubject) {
    self.shell = shell
    self.snapshot = snapshot
    self.subject = subject
    view = GraphView(shell.query, now: shell.now)
    unit = RateUnit(bytes: view.bytes)
  }

  var links: GraphLinks {
    GraphLinks(subject: subject, view: view, kept: ["theme", "kiosk"].map { ($0, shell.query[$0]) })
  }

  /// What the page has read.
  struct Content {
    var histories: Histories
    /// The earlier period, moved to the time of the view.
    var earlier: Histories?
    /// From the ledgers: bytes are never added up from what is drawn.
    var amounts = ViewAmounts()
    var problem: String?
  }

  func response() async -> Response {
    async let told = events()
    async let amounts = shell.services.usage.amounts(of: subject, snapshot, window)
    var content = await content()
    content.amounts = await amounts
    let events = await told
    let (name, place) = names
    var fields = shell.fields(
      title: place.map { "\(name) on \($0)" } ?? name, section: .graphs, scripts: [.graph], boot: boot(content, name))
    fields["device"] = subject.device?.name ?? false
    fields["deviceHref"] = subject.device.map(PageURL.device) ?? false
    fields["name"] = name
    fields["about"] = about
    fields["state"] = subject.single.map { InterfaceFields(device: $0.device, interface: $0.interface).state.fields } ?? false
    fields["sentence"] = sentence ?? false
    fields["bannerKind"] = subject.device?.state == .down ? "bad" : ""
    fields["in"] = unit.fields(rates.rx)
    fields["out"] = unit.fields(rates.tx)
    fields["old"] = subject.device?.state == .stale
    fields["bytesUnit"] = view.bytes
    fields["problem"] = content.problem ?? false
    fields["unmarked"] = Self.unmarked(content.histories) ?? false
    for (name, value) in controls { fields[name] = value }
    for (name, value) in GraphTables(page: self, content: content).fields { fields[name] = value }
    for (name, value) in EventList.fields(events, showsInterface: subject.single == nil, shell) { fields[name] = value }
    return shell.page("graph", fields)
  }

  /// What is shown and where: `ether1, ether2` on `gw1`.
  var names: (name: String, place: String?) {
    if subject.isEverything { return ("All devices", nil) }
    let labels = subject.lanes.map { subject.label($0) }
    let name = labels.prefix(3).joined(separator: ", ") + (labels.count > 3 ? " and \(labels.count - 3) more" : "")
    return (name, subject.device?.name)
  }

  /// The newest rates; of several their sum, of what is known.
  var rates: (rx: Double?, tx: Double?) {
    let all = subject.isEverything ? snapshot.devices.map { ($0.rxRate, $0.txRate) } : subject.lanes.map(\.rates)
    func sum(_ values: [Double?]) -> Double? {
      let known = values.compactMap { $0 }
      return known.isEmpty ? nil : known.reduce(0, +)
    }
    return (sum(all.map(\.0)), sum(all.map(\.1)))
  }

  /// What the graph does not mark, in words.
  private static func unmarked(_ histories: Histories) -> String? {
    guard histories.eventsLeftOut > 0 else { return nil }
    return "newest \(histories.events.count) of \(histories.events.count + histories.eventsLeftOut) events marked"
  }

  private var window: TimeWindow { TimeWindow(from: view.from, to: view.to, isMoving: view.isLive) }

  private func events() async -> EventsService.Told? {
    if subject.isEverything { return await EventList.read(snapshot.devices, .totals, shell) }
    guard let device = subject.device else {
      let names = subject.lanes.reduce(into: [String: Set<String>]()) { names, lane in
        names[lane.device.name, default: []].formUnion(lane.parts.map(\.name))
      }
      return await EventList.read(snapshot.devices.filter { names[$0.name] != nil }, .only(names), shell)
    }
    return await EventList.read(device, interfaces: Set(subject.lanes.flatMap { $0.parts.map(\.name) }), shell)
  }

  /// The history and what is wrong with it, in words; an empty one when it cannot be read.
  private func content() async -> Content {
    do {
      let histories = try await histories(window)
      var content = Content(
        histories: histories, problem: histories.problem.map { "Part of the history cannot be read: \($0)" })
      if let shift = view.shift {
        let window = TimeWindow(from: view.from - shift, to: view.to - shift, isMoving: false)
        content.earlier = try await self.histories(window).moved(by: shift)
      }
      return content
    } catch {
      shell.services.logger.warning(
        "History cannot be read", metadata: [LogKey.device: "\(subject.title)", LogKey.error: "\(error)"])
      let reason = (error as? HTTPProblem)?.detail ?? "the archive cannot be read"
      let grid = SeriesGrid(from: view.from, to: view.from, step: 1)
      return Content(histories: .none(grid), problem: "This view could not be loaded: \(reason)")
    }
  }

  private func histories(_ window: TimeWindow) async throws -> Histories {
    let points = min(Self.points, SeriesService.pointLimit / max(1, subject.lanes.count))
    return try await shell.services.series.histories(subject, snapshot, window: window, points: points)
  }

  private var about: String {
    guard let (device, interface) = subject.single else {
      let what =
        subject.isEverything
        ? "Sum of the uplinks of \(snapshot.devices.count) devices" : "\(subject.lanes.count) lines and their sum"
      return what + " · In is received, Out is sent"
    }
    let names = [interface.comment, InterfaceFields(device: device, interface: interface).kind, device.model]
    // What users of a network call download comes in at its uplink, and goes out at its other side.
    let words =
      switch interface.role {
      case "wan": "In is received (download), Out is sent (upload)"
      case "lan": "In is received (upload), Out is sent (download)"
      default: "In is received, Out is sent"
      }
    return (names.compactMap { $0 }.filter { !$0.isEmpty } + [words]).joined(separator: " · ")
  }

  private var sentence: String? {
    guard let device = subject.device else { return nil }
    return StatePhrases(device, now: shell.now, time: shell.time).sentence.map { "\(device.name): \($0)" }
  }
}

extension Histories {
  /// The same, `seconds` later.
  fileprivate func moved(by seconds: Int) -> Histories {
    var moved = self
    moved.total.t0 += seconds
    for index in moved.lanes.indices { moved.lanes[index].series.t0 += seconds }
    return moved
  }
}
