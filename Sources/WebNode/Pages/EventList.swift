import Logging
import Shared

/// What happened to a device, as pages list it.
enum EventList {
  /// How far back a page looks, in seconds.
  static let reach = 30 * 86_400
  static let limit = 50

  /// What happened to one device, or to it and these of its interfaces; where no collector's folder answers the list says so, and the page stays.
  static func read(_ device: DeviceView, interfaces: Set<String>? = nil, _ shell: PageShell, limit: Int = limit) async
    -> EventsService.Told?
  {
    await read(device.name, shell) { events, window in
      try await events.events(of: device, interfaces: interfaces, window: window, limit: limit)
    }
  }

  /// What happened to several devices, each with its name.
  static func read(_ devices: [DeviceView], _ scope: FleetEvents.Scope, _ shell: PageShell) async -> EventsService.Told? {
    await read("several", shell) { events, window in
      let told = try await events.series.fleetEvents.told(devices, scope, window: window).newest(limit)
      let named = told.events.map { each -> EventsService.Event in
        var event = each.event
        let place = event.interface.flatMap { event.text.contains($0) ? nil : " " + $0 } ?? ""
        event.text = "\(each.device)\(place): \(event.text)"
        return event
      }
      return EventsService.Told(events: named, leftOut: told.leftOut, problem: told.problem)
    }
  }

  private static func read(
    _ name: String, _ shell: PageShell, _ body: (EventsService, TimeWindow) async throws -> EventsService.Told
  ) async -> EventsService.Told? {
    let now = Int(shell.now)
    let window = TimeWindow(from: now - reach, to: now + 60, isMoving: true)
    do {
      return try await body(EventsService(series: shell.services.series), window)
    } catch {
      shell.services.logger.warning(
        "Events cannot be read", metadata: [LogKey.device: "\(name)", LogKey.error: "\(error)"])
      return nil
    }
  }

  /// The fields of the template `events`, newest first.
  static func fields(_ told: EventsService.Told?, showsInterface: Bool, _ shell: PageShell) -> Fields {
    let list = (told?.events ?? []).reversed().map { event -> Fields in
      let place = event.interface.map { showsInterface && !event.text.contains($0) ? $0 + ": " : "" } ?? ""
      return [
        "time": shell.time.fields(event.t, .recent, now: shell.now), "kind": isAlarming(event.kind) ? "w" : "",
        "text": place + event.text,
      ]
    }
    return [
      "events": list, "eventsProblem": told?.problem.map { "Some events cannot be read: \($0)" } ?? false,
      "eventsNote": told.flatMap { told in
        told.leftOut > 0 ? "The newest \(told.events.count) of \(told.events.count + told.leftOut) in the last 30 days." : nil
      } ?? false,
      "nothing": told == nil ? "The events cannot be read at the moment." : "Nothing happened in the last 30 days.",
    ]
  }

  private static func isAlarming(_ kind: EventLine.Kind) -> Bool {
    switch kind {
    case .reboot, .reset, .gap: true
    case .link, .rename, .version, .address, .schema, .collector, .config, .publicIP: false
    }
  }
}
