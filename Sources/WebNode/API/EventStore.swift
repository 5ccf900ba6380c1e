import Shared
import Synchronization

/// Files of events, read once and kept while they stay the same, within a bound. Any number of threads may use it; its reads block.
final class EventStore: Sendable {
  private struct Kept: Sendable {
    var identity: BoundedFile.Identity
    var content: EventFile.Reading
    var cost: Int { content.events.reduce(512) { $0 + MemoryLayout<EventLine>.stride + $1.text.utf8.count } }
  }

  private let shelf: Mutex<KeptFiles<Kept>>
  private let problems: ProblemBoard

  init(problems: ProblemBoard, byteLimit: Int = 32 << 20) {
    self.problems = problems
    shelf = Mutex(KeptFiles(byteLimit: byteLimit))
  }

  /// What one collector tells of the device in the window, the newest 1,000 of it; what is wrong with its files shows on the device. Blocking.
  func read(_ directory: DeviceDirectory, device: String, window: TimeWindow) -> EventFile.Reading {
    var found = EventFile.Reading()
    do throws(FileError) {
      found = try EventFile.read(directory, from: Double(window.from), to: Double(window.to)) { path throws(FileError) in
        try contents(path)
      }
    } catch {
      found.problem = error.description
    }
    if let problem = found.problem {
      problems.report(problem, path: directory.events, device: device)
    } else {
      problems.clear(path: directory.events)
    }
    return found
  }

  private func contents(_ path: String) throws(FileError) -> EventFile.Reading {
    let identity = try BoundedFile.identity(path)
    if let identity, let known = shelf.withLock({ $0.use(path) }), known.identity == identity { return known.content }
    let content = try EventFile.contents(path)
    if let identity {
      let kept = Kept(identity: identity, content: content)
      shelf.withLock { $0.keep(kept, cost: kept.cost, path) }
    }
    return content
  }
}
