import Glibc
import HTTPService
import Logging
import NIOConcurrencyHelpers
import NIOCore
import Shared

/// The drawing processes of a node: started when first needed, used again and again, replaced when they crash, hang or have drawn enough.
///
/// librrd keeps some bytes of every drawing and is not safe for threads; a drawing that ends its process ends nothing else.
final class RenderCrew: Sendable {
  struct Settings: Sendable {
    /// The program file of a drawing process.
    var program = RenderProcess.ownProgram
    /// Processes, each of which draws one picture at a time.
    var processes = 2
    /// Drawings under way and waiting.
    var queueLimit = 32
    /// From being asked for to being given up, waiting included.
    var patience = TimeAmount.seconds(10)
    /// For the drawing alone.
    var deadline = Duration.seconds(5)
    /// Drawings until a process is replaced: half a kilobyte of each stays in it.
    var lifetime = 5000
    /// Megabytes of address space; the largest picture, 4,000 × 2,000, takes a tenth.
    var memory = 1024
  }

  /// Why a process came to its end, as the metric tells it.
  enum End: String, Sendable, CaseIterable { case crash, deadline, garbage, start, worn }

  private struct State {
    var idle: [RenderProcess] = []
    var busy: Set<pid_t> = []
    var isStopped = false
  }

  private let settings: Settings
  private let pool: BlockingPool
  private let logger: Logger
  private let count: @Sendable (End) -> Void
  private let state = NIOLockedValueBox(State())

  init(_ settings: Settings, logger: Logger, count: @escaping @Sendable (End) -> Void) {
    self.settings = settings
    self.logger = logger
    self.count = count
    pool = BlockingPool(
      name: "drawing", threads: settings.processes, queueLimit: settings.queueLimit, deadline: settings.patience)
  }

  /// The processes there are.
  var processes: [pid_t] { state.withLockedValue { $0.idle.map(\.pid) + $0.busy.sorted() } }

  /// Those that have an order in hand.
  var busyProcesses: [pid_t] { state.withLockedValue { $0.busy.sorted() } }

  /// Draws as soon as a process is free.
  ///
  /// - Throws: 503 when too many wait, the drawing takes too long, or no process comes back from it.
  func draw(_ order: RenderOrder) async throws -> [UInt8] {
    try await pool.run { [self] in
      let bytes = order.encoded()
      guard bytes.readableBytes <= RenderFrame.limit else { throw HTTPProblem.unavailable("the graph has too many rows to draw") }
      // Once more after a crash: an ill process may have been the reason. Twice is the drawing's fault.
      return try attempt(bytes) ?? attempt(bytes) ?? { throw HTTPProblem.unavailable("the drawing failed; the log says why") }()
    }
  }

  /// Ends all processes; drawings under way fail.
  func stop() {
    let idle = state.withLockedValue { state in
      state.isStopped = true
      defer { state.idle = [] }
      // Whoever waits for these takes their status. Under the lock, since afterwards the number may be another's.
      for pid in state.busy { kill(pid, SIGKILL) }
      return state.idle
    }
    idle.forEach { $0.end() }
    pool.stop()
  }

  /// - Returns: `nil` when the process ended instead of answering.
  private func attempt(_ order: ByteBuffer) throws -> [UInt8]? {
    var process = try take()
    let answer: RenderProcess.Answer
    do throws(RenderProcess.Failure) {
      answer = try process.draw(order, until: .now + settings.deadline)
    } catch {
      discard(process, error)
      guard error == .deadline else { return nil }
      throw HTTPProblem.unavailable("the drawing takes too long")
    }
    giveBack(process)
    switch answer {
    case .picture(let bytes): return bytes
    case .refusal(let reason):
      logger.warning("Graph cannot be drawn", metadata: [LogKey.error: "\(reason)"])
      throw HTTPProblem.unavailable("the graph cannot be drawn: \(reason)")
    }
  }

  private func take() throws -> RenderProcess {
    while let process = nextIdle() {
      if process.isReady { return process }
      discard(process, .ended)
    }
    do throws(RenderProcess.Failure) {
      let processor = Int(settings.deadline.components.seconds) * 2 + 1
      let process = try RenderProcess.start(settings.program, memory: settings.memory, processor: processor)
      let isStopped = state.withLockedValue { state in
        if !state.isStopped { state.busy.insert(process.pid) }
        return state.isStopped
      }
      guard !isStopped else {
        process.end()
        throw .ended
      }
      return process
    } catch {
      if case .start(let reason) = error {
        count(.start)
        logger.error("Drawing process cannot be started", metadata: [LogKey.error: "\(reason)"])
      }
      throw HTTPProblem.unavailable("graphs cannot be drawn at present; the log says why")
    }
  }

  private func nextIdle() -> RenderProcess? {
    state.withLockedValue { state in
      let process = state.idle.popLast()
      if let process { state.busy.insert(process.pid) }
      return process
    }
  }

  private func giveBack(_ process: RenderProcess) {
    let isKept = state.withLockedValue { state in
      state.busy.remove(process.pid)
      let isKept = !state.isStopped && process.drawings < settings.lifetime
      if isKept { state.idle.append(process) }
      return isKept
    }
    guard !isKept else { return }
    process.end()
    if process.drawings >= settings.lifetime { count(.worn) }
  }

  private func discard(_ process: RenderProcess, _ failure: RenderProcess.Failure) {
    let isStopped = state.withLockedValue { state in
      state.busy.remove(process.pid)
      return state.isStopped
    }
    let how = process.end()
    guard !isStopped else { return }
    let reason: End =
      switch failure {
      case .ended, .start: .crash
      case .deadline: .deadline
      case .garbage: .garbage
      }
    count(reason)
    logger.error(
      "Drawing process is replaced",
      metadata: [LogKey.error: "\(reason.rawValue), after \(process.drawings) drawings: \(how)"])
  }
}
