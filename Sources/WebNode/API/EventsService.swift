import HTTPService
import Shared

/// What happened to a device, from every collector that saw it.
struct EventsService: Sendable {
  let series: SeriesService

  /// One event, with the interface by its present name.
  struct Event: Sendable, Equatable {
    var t: Double
    var kind: EventLine.Kind
    /// `nil`: the whole device.
    var interface: String?
    var text: String

    func write(_ output: inout JSONOutput) {
      output.member("t", t)
      output.member("kind", kind.rawValue)
      if let interface { output.member("interface", interface) }
      output.member("text", text)
    }
  }

  /// The newest `limit` events in the window, oldest first; with `interface`, only its own and the device's.
  ///
  /// - Throws: 503 when no collector's folder answers.
  func events(
    of device: DeviceView, interface: InterfaceView? = nil, window: TimeWindow, limit: Int
  ) async throws -> [Event] {
    var events: [Event] = []
    var failure: (any Error)?
    var answered = false
    for folder in device.folders {
      let directory = folder.directory
      do {
        let lines = try await series.pool(folder.root).run {
          try EventFile.read(directory, from: Double(window.from), to: Double(window.to), limit: limit)
        }
        answered = true
        for line in lines {
          let name = line.interface.map { key in
            device.interfaces.first { $0.sources.contains { $0.directory == directory && $0.key == key } }?.name ?? key
          }
          if let interface, let name, name != interface.name { continue }
          let event = Event(t: line.t, kind: line.kind, interface: name, text: line.text)
          // Replicas see the same reboot at nearly the same time.
          let isKnown = events.contains {
            $0.kind == event.kind && $0.interface == name && $0.text == event.text && abs($0.t - event.t) < 5
          }
          if !isKnown { events.append(event) }
        }
      } catch {
        failure = failure ?? error
      }
    }
    if !answered, let failure { throw failure }
    return events.sorted { $0.t < $1.t }.suffix(limit)
  }
}
