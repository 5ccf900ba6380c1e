import Shared

/// What happened to a device, read from the files of all its collectors.
struct EventList {
  /// How far back a page looks, in seconds.
  static let reach = 30 * 86_400.0
  static let limit = 50

  /// Newest first; without doubles of replicas that saw the same. A folder that cannot be read leaves out its events.
  static func read(_ device: DeviceView, _ services: WebServices, now: Double) async -> [EventLine] {
    var events: [EventLine] = []
    for folder in device.folders {
      do {
        events += try await services.series.pool(folder.root).run {
          try EventFile.read(folder.directory, from: now - reach, to: now + 60, limit: limit)
        }
      } catch {
        services.logger.debug("Events cannot be read", metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
      }
    }
    var newest: [EventLine] = []
    for event in events.sorted(by: { $0.t > $1.t }) {
      let isDouble = newest.contains { $0.kind == event.kind && $0.interface == event.interface && abs($0.t - event.t) < 3 }
      if !isDouble { newest.append(event) }
    }
    return Array(newest.prefix(limit))
  }

  /// The fields of the template `events`.
  static func fields(_ events: [EventLine], _ device: DeviceView, _ shell: PageShell) -> Fields {
    let names = Dictionary(device.interfaces.map { ($0.key, $0.name) }) { first, _ in first }
    let list = events.map { event -> Fields in
      let place = event.interface.flatMap { names[$0] }.map { "\($0): " } ?? ""
      return [
        "time": shell.time.fields(event.t, .recent, now: shell.now), "kind": isAlarming(event.kind) ? "w" : "", "text": place + event.text,
      ]
    }
    return ["events": list, "nothing": "Nothing happened in the last 30 days."]
  }

  private static func isAlarming(_ kind: EventLine.Kind) -> Bool {
    switch kind {
    case .reboot, .reset, .gap: true
    case .link, .rename, .version, .address, .schema, .collector, .config, .publicIP: false
    }
  }
}
