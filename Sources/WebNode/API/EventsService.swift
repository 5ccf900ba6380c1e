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

    func write(_ output: inout JSONOutput) {
      output.member("t", t)
      output.member("kind", kind.rawValue)
      if let interface { output.member("interface", interface) }
      output.member("text", text)
      output.key("collectors")
      output.array { for name in collectors { $0.value(name) } }
    }
  }

  /// The newest `limit` events in the window, oldest first; with `interface`, only its own and the device's.
  ///
  /// - Throws: 503 when no collector's folder answers.
  func events(
    of device: DeviceView, interface: InterfaceView? = nil, window: TimeWindow, limit: Int
  ) async throws -> [Event] {
    let answering = device.folders.filter(\.isAnswering)
    let folders = answering.isEmpty ? device.folders : answering
    var merge = EventMerge()
    var failure: (any Error)?
    var answered = false
    for (folder, outcome) in zip(folders, await read(folders, window: window, limit: limit)) {
      switch outcome {
      case .success(let lines):
        answered = true
        let named = lines.map { line in (line: line, interface: name(of: line, in: folder, device)) }
        merge.add(
          named.filter { interface == nil || $0.interface == nil || $0.interface == interface?.name }, of: folder.collector)
      case .failure(let error): failure = failure ?? error
      }
    }
    if !answered, let failure { throw failure }
    return merge.entries.suffix(limit).map {
      Event(t: $0.line.t, kind: $0.line.kind, interface: $0.interface, text: $0.line.text, collectors: $0.collectors)
    }
  }

  private func name(of line: EventLine, in folder: DeviceView.Folder, _ device: DeviceView) -> String? {
    line.interface.map { key in
      device.interfaces.first { $0.sources.contains { $0.directory == folder.directory && $0.key == key } }?.name ?? key
    }
  }

  /// All folders at once, each on its root's threads: one that hangs costs its deadline once.
  private func read(
    _ folders: [DeviceView.Folder], window: TimeWindow, limit: Int
  ) async -> [Result<[EventLine], any Error>] {
    await series.all(folders.map(\.root)) { index in
      try EventFile.read(folders[index].directory, from: Double(window.from), to: Double(window.to), limit: limit)
    }
  }
}
