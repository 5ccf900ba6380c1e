import Synchronization

/// When one device's counters are asked for, and with which questions. Its poller decides, its connection asks: both have this value, so that
/// asking needs nothing of the poller, which may be busy with what menus gave.
final class SamplingPlan: Sendable {
  struct Questions: Sendable {
    var counters: MenuQuery
    /// For the device's own rates, where they are wanted.
    var rates: MenuQuery?
  }

  private struct State: Sendable {
    var schedule: PollSchedule?
    var questions: Questions
  }

  private let state: Mutex<State>

  init(_ questions: Questions) { state = Mutex(State(questions: questions)) }

  /// `nil` before the first session.
  var schedule: PollSchedule? {
    get { state.withLock { $0.schedule } }
    set { state.withLock { $0.schedule = newValue } }
  }

  var questions: Questions {
    get { state.withLock { $0.questions } }
    set { state.withLock { $0.questions = newValue } }
  }

  /// The time of the next sample, which is then taken as done; `nil` without a schedule.
  func take(now: Double) -> Double? { state.withLock { $0.schedule?.take(now: now) } }

  /// The sample taken last did not come.
  func fail() { state.withLock { $0.schedule?.fail() } }
}

/// What a device said when a sample was due.
struct CounterAnswer: Sendable {
  var counters: Reply
  /// The answer about its own rates, where that was asked.
  var rates: Result<Reply, RouterOSError>?

  /// The machine slept between question and answer: nobody knows to which moment these counters belong.
  var isOutOfTime: Bool { counters.received - counters.sent > DevicePoller.Deadline.counters * 2 }
}
