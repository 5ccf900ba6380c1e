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
    /// Names of the collectors that saw it.
    var collectors: [String] = []

    /// - Parameter device: among events of several.
    func write(_ output: inout JSONOutput, device: String? = nil) {
      output.member("t", t)
      output.member("kind", kind.rawValue)
      if let device { output.member("device", device) }
      if let interface { output.member("interface", interface) }
      output.member("text", text)
      output.key("collectors")
      output.array { for name in collectors { $0.value(name) } }
    }
  }

  /// Events of a window and what is missing among them.
  struct Told: Sendable, Equatable {
    /// Oldest first.
    var events: [Event] = []
    /// Older ones of the window, beyond the limit.
    var leftOut = 0
    /// What could not be read.
    var problem: String?

    mutating func limit(to count: Int) {
      let more = max(0, events.count - count)
      events.removeFirst(more)
      leftOut += more
    }
  }

  /// The newest `limit` events in the window; with `interfaces`, only those of interfaces with these names and of the device itself.
  ///
  /// - Throws: 503 when no collector's folder answers.
  func events(
    of device: DeviceView, interfaces: Set<String>? = nil, window: TimeWindow, limit: Int
  ) async throws -> Told {
    let answering = device.folders.filter(\.isAnswering)
    let folders = answering.isEmpty ? device.folders : answering
    let results = await read(folders, device: device.name, window: window)
    let readings = zip(folders, results).compactMap { folder, result in (try? result.get()).map { (folder, $0) } }
    if readings.isEmpty, case .failure(let error)? = results.first { throw error }
    var told = Self.told(of: device, readings) { name in name.flatMap { interfaces?.contains($0) } ?? true }
    if readings.count < device.folders.count {
      told.problem = told.problem ?? "a root does not answer: what only its collectors know is missing"
    }
    told.limit(to: limit)
    return told
  }

  /// What collectors told of one device, joined.
  ///
  /// - Parameter takes: whether events of an interface with this name are wanted; `nil`: of the whole device.
  static func told(
    of device: DeviceView, _ readings: [(folder: DeviceView.Folder, reading: EventFile.Reading)], takes: (String?) -> Bool
  ) -> Told {
    var merge = EventMerge()
    var told = Told()
    for (folder, reading) in readings {
      let named = reading.events.map { line in (line: line, interface: name(of: line, in: folder, device)) }
      merge.add(named.filter { takes($0.interface) }, of: folder.collector)
      told.leftOut = max(told.leftOut, reading.leftOut)
      told.problem = told.problem ?? reading.problem
    }
    told.events = merge.entries.map {
      Event(t: $0.line.t, kind: $0.line.kind, interface: $0.interface, text: $0.line.text, collectors: $0.collectors)
    }
    return told
  }

  private static func name(of line: EventLine, in folder: DeviceView.Folder, _ device: DeviceView) -> String? {
    line.interface.map { key in
      device.interfaces.first { $0.sources.contains { $0.directory == folder.directory && $0.key == key } }?.name ?? key
    }
  }

  /// All folders at once, each on its root's threads: one that hangs costs its deadline once.
  private func read(
    _ folders: [DeviceView.Folder], device: String, window: TimeWindow
  ) async -> [Result<EventFile.Reading, any Error>] {
    let store = series.events
    return await series.all(folders.map(\.root)) { index in
      store.read(folders[index].directory, device: device, window: window)
    }
  }
}
