import Logging
import Shared

/// What happened to a device, as pages list it.
enum EventList {
  /// How far back a page looks, in seconds.
  static let reach = 30 * 86_400
  static let limit = 50

  /// Newest first; `nil` when no collector's folder answers: then the list says so, and the page stays.
  static func read(_ device: DeviceView, interface: InterfaceView? = nil, _ shell: PageShell, limit: Int = limit) async
    -> [EventsService.Event]?
  {
    let now = Int(shell.now)
    let window = TimeWindow(from: now - reach, to: now + 60, isMoving: true)
    do {
      let events = EventsService(series: shell.services.series)
      return try await events.events(of: device, interface: interface, window: window, limit: limit).reversed()
    } catch {
      shell.services.logger.warning(
        "Events cannot be read", metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
      return nil
    }
  }

  /// The fields of the template `events`.
  static func fields(_ events: [EventsService.Event]?, showsInterface: Bool, _ shell: PageShell) -> Fields {
    let list = (events ?? []).map { event -> Fields in
      let place = event.interface.map { showsInterface && !event.text.contains($0) ? $0 + ": " : "" } ?? ""
      return [
        "time": shell.time.fields(event.t, .recent, now: shell.now), "kind": isAlarming(event.kind) ? "w" : "",
        "text": place + event.text,
      ]
    }
    return [
      "events": list,
      "nothing": events == nil ? "The events cannot be read at the moment." : "Nothing happened in the last 30 days.",
    ]
  }

  private static func isAlarming(_ kind: EventLine.Kind) -> Bool {
    switch kind {
    case .reboot, .reset, .gap: true
    case .link, .rename, .version, .address, .schema, .collector, .config, .publicIP: false
    }
  }
}
