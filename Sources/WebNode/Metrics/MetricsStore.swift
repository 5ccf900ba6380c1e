import Shared
import Synchronization

/// Keeps what the `metrics.prom` files hold, re-reading a file only when it is another one than before.
final class MetricsStore: Sendable {
  struct Entry: Sendable {
    var identity: BoundedFile.Identity
    var file: ExpositionFile
  }

  private let entries = Mutex<[String: Entry]>([:])
  private let external: [WebNodeConfig.ExternalLabel]
  private let problems: ProblemBoard

  init(external: [WebNodeConfig.ExternalLabel], problems: ProblemBoard) {
    self.external = external
    self.problems = problems
  }

  /// What is known of the file at this path.
  func entry(_ path: String) -> Entry? { entries.withLock { $0[path] } }

  /// Brings what is known of these files up to date. Blocking.
  func refresh(_ files: [(path: String, device: String)]) {
    for (path, device) in files {
      do throws(FileError) {
        guard let identity = try BoundedFile.identity(path) else {
          entries.withLock { $0[path] = nil }
          problems.clear(path: path)
          continue
        }
        if entry(path)?.identity == identity { continue }
        let file = ExpositionFile(
          parsing: try BoundedFile.read(path, limit: ExpositionFile.sizeLimit), external: external)
        entries.withLock { $0[path] = Entry(identity: identity, file: file) }
        if file.written == nil {
          problems.report("\(path): does not say when it was written", path: path, device: device)
        } else if file.dropped > 0 {
          problems.report("\(path): \(file.dropped) lines are no metrics", path: path, device: device)
        } else {
          problems.clear(path: path)
        }
      } catch {
        // What was read before goes stale by its own time.
        problems.report(error.description, path: path, device: device)
      }
    }
  }

  /// Forgets files that are not among these.
  func keep(only paths: Set<String>) {
    entries.withLock { entries in
      if entries.count > paths.count { entries = entries.filter { paths.contains($0.key) } }
    }
  }

  /// Lines left out of all files that are known.
  var dropped: Int { entries.withLock { $0.values.reduce(0) { $0 + $1.file.dropped } } }
}
