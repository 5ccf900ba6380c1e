import HTTPService
import NIOConcurrencyHelpers
import NIOCore
import Shared

/// Keeps what the `metrics.prom` files hold, re-reading a file only when it is another one than before.
///
/// Its locks are pthread's, as those of `BlockingPool`.
final class MetricsStore: Sendable {
  struct Wanted: Sendable {
    var path: String
    var device: String
  }

  private struct Entry: Sendable {
    var identity: BoundedFile.Identity
    var metrics: KeptMetrics
    var size: Int
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var size = 0
    /// Rises with every change.
    var version: UInt64 = 0
  }

  /// Bytes of one file: fifty thousand series, which is a collector's own limit for a device, take a fifth.
  static let fileLimit = 32 << 20
  /// Bytes of all files together; what comes beyond is left out, and told.
  static let totalLimit = 1 << 30

  /// What requests share besides the files.
  let lanes = MetricsLanes()
  let views = MetricsViews()
  /// Joins and compresses.
  let pool = BlockingPool(name: "joining metrics", threads: 2, queueLimit: 128, deadline: .seconds(15))

  private let state = NIOLockedValueBox(State())
  private let heads = FamilyHeads()
  private let external: [WebNodeConfig.ExternalLabel]
  private let problems: ProblemBoard

  init(external: [WebNodeConfig.ExternalLabel], problems: ProblemBoard) {
    self.external = external
    self.problems = problems
  }

  deinit { pool.stop() }

  /// What is known of these files, `nil` in the place of one that is not known; and how many changes led there.
  func metrics(_ paths: [String]) -> ([KeptMetrics?], version: UInt64) {
    state.withLockedValue { state in (paths.map { state.entries[$0]?.metrics }, state.version) }
  }

  /// Brings what is known of these files up to date. Blocking.
  ///
  /// - Returns: how long it took to look for changes, without the reading of what did.
  @discardableResult func refresh(_ files: [Wanted]) -> Duration {
    let clock = ContinuousClock()
    var looking = Duration.zero
    let known = state.withLockedValue { state in files.map { state.entries[$0.path] } }
    for (file, entry) in zip(files, known) {
      do throws(FileError) {
        let start = clock.now
        let found = try BoundedFile.identity(file.path)
        looking += clock.now - start
        guard let identity = found else {
          if entry != nil { replace(file.path, with: nil) }
          problems.clear(path: file.path)
          continue
        }
        if entry?.identity == identity { continue }
        let bytes = try BoundedFile.read(file.path, limit: Self.fileLimit)
        let metrics = KeptMetrics(ExpositionFile(parsing: bytes, external: external), previous: entry?.metrics, heads: heads)
        guard replace(file.path, with: Entry(identity: identity, metrics: metrics, size: metrics.size)) else {
          throw FileError(.tooLarge, "keep", file.path, "all metrics together are larger than \(Self.totalLimit) bytes")
        }
        report(file, metrics)
      } catch {
        // What was read before goes stale by its own time.
        problems.report(error.description, path: file.path, device: file.device)
      }
    }
    return looking
  }

  /// Forgets files that are not among these.
  func keep(only paths: Set<String>) {
    state.withLockedValue { state in
      guard state.entries.count > paths.count else { return }
      state.entries = state.entries.filter { paths.contains($0.key) }
      state.size = state.entries.values.reduce(0) { $0 + $1.size }
    }
  }

  /// Lines left out of all files that are known.
  var dropped: Int { state.withLockedValue { $0.entries.values.reduce(0) { $0 + $1.metrics.dropped } } }

  private func report(_ file: Wanted, _ metrics: KeptMetrics) {
    if metrics.written == nil {
      problems.report("\(file.path): does not say when it was written", path: file.path, device: file.device)
    } else if metrics.dropped > 0 {
      problems.report("\(file.path): \(metrics.dropped) lines are no metrics", path: file.path, device: file.device)
    } else {
      problems.clear(path: file.path)
    }
  }

  /// Whether there was room.
  @discardableResult private func replace(_ path: String, with entry: Entry?) -> Bool {
    state.withLockedValue { state in
      let size = state.size - (state.entries[path]?.size ?? 0) + (entry?.size ?? 0)
      guard size <= Self.totalLimit else { return false }
      state.entries[path] = entry
      state.size = size
      state.version += 1
      return true
    }
  }
}
