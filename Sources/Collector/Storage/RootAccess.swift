import Glibc
import Logging
import Shared
import Synchronization

/// How far the root has been taken into use; what the threads of storage share about it.
///
/// Until it is, nothing is written there: samples wait in the spool.
final class RootAccess: Sendable {
  /// What a first try came to.
  enum Outcome: Sendable {
    case taken
    /// It is not there, or cannot be used at present: tried again until it can.
    case waiting
    /// It never will be ours.
    case refused(any Error)
  }

  private struct State: Sendable {
    var lock: CollectorLock?
    var problem: String?
    /// Since when one try has been going on, steady seconds.
    var tryingSince: Double?
  }

  /// Seconds after which a try counts as hanging: the heartbeat of another host is watched for some of them.
  private static let patience = CollectorLock.watch + 2

  private let state = Mutex(State())
  private let outcomes: AsyncStream<Outcome>
  private let outcome: AsyncStream<Outcome>.Continuation
  /// Ends with the reason why the root is refused for good.
  let refusals: AsyncStream<any Error>
  private let refusal: AsyncStream<any Error>.Continuation

  init() {
    (outcomes, outcome) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    (refusals, refusal) = AsyncStream.makeStream()
  }

  /// What keeps others out, once the folder is taken.
  var lock: CollectorLock? { state.withLock { $0.lock } }

  /// Why the root is not in use yet, in words.
  func problem(_ root: String, steady: Double) -> String? {
    state.withLock { state in
      guard state.lock == nil else { return nil }
      if let since = state.tryingSince, steady - since > Self.patience { return "\(root) does not answer" }
      return state.problem
    }
  }

  /// The first outcome, or `waiting` after so many seconds.
  func firstOutcome(within limit: Double) async -> Outcome {
    await withTaskGroup(of: Outcome?.self) { group in
      group.addTask { [outcomes] in
        for await outcome in outcomes { return outcome }
        return nil
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(limit))
        return .waiting
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first ?? .waiting
    }
  }

  /// Tries until the folder is taken; `nil` when the worker is stopped before, or the root refuses for good. Blocking.
  func take(_ options: StorageService.Options, _ worker: Worker, _ time: TimeSource) -> CollectorLock? {
    while !worker.isStopping {
      state.withLock { $0.tryingSince = time.steady }
      do {
        try StorageRoot.check(options.root, creating: options.createsRoot)
        try AtomicFile.createFolder(options.directory.path)
        let lock = try CollectorLock(options.directory, host: options.host, pid: options.pid)
        try AtomicFile.createFolder(options.directory.live)
        try AtomicFile.createFolder(options.directory.devices)
        state.withLock { state in
          state.lock = lock
          state.problem = nil
          state.tryingSince = nil
        }
        outcome.yield(.taken)
        return lock
      } catch {
        state.withLock { state in
          state.problem = String(describing: error)
          state.tryingSince = nil
        }
        if Self.isFinal(error) {
          outcome.yield(.refused(error))
          refusal.yield(error)
          refusal.finish()
          return nil
        }
        outcome.yield(.waiting)
      }
      worker.pause(1)
    }
    return nil
  }

  /// Another owner, or something else than a folder: no waiting makes that right.
  private static func isFinal(_ error: any Error) -> Bool {
    if error is CollectorLock.Refusal { return true }
    return (error as? StorageRoot.Unusable)?.isFinal ?? false
  }
}
