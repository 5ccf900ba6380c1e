import Shared

/// The state of one device as the heartbeat and its metrics tell it. Pure.
struct DeviceStatus: Sendable, Equatable {
  struct Problem: Sendable, Equatable {
    var reason: ReasonCode
    var message: String
  }

  private enum Phase: Sendable, Equatable {
    case starting, up
    case down(Problem)
  }

  let address: String
  private var phase = Phase.starting
  /// Epoch seconds.
  private(set) var since: Double
  private(set) var lastSuccess: Double?
  private(set) var latency: Double?
  private var menuProblem: Problem?
  private var storageProblem: Problem?
  var facts = DeviceFacts()
  /// Sums of the representative interfaces, bit/s.
  var rxRate: Double?
  var txRate: Double?
  var interfaces = 0
  /// Samples that were due and did not come.
  var schedule: PollSchedule?

  init(address: String, now: Double) {
    self.address = address
    since = now
  }

  var state: Heartbeat.Device.State {
    switch phase {
    case .starting: .starting
    case .down: .down
    case .up: problem == nil ? .up : .degraded
    }
  }

  /// Why the device is not up; `nil` when it is, or is starting.
  var problem: Problem? {
    switch phase {
    case .starting: nil
    case .down(let problem): problem
    case .up: storageProblem ?? menuProblem
    }
  }

  var isUp: Bool { phase == .up }

  /// A sample came. `isWell`: it shows that the device is well; otherwise what was wrong still stands.
  mutating func succeeded(at now: Double, latency: Double, isWell: Bool) {
    lastSuccess = now
    self.latency = latency
    if isWell { change(now) { $0.phase = .up } }
  }

  /// The session ended, or none began.
  mutating func failed(_ problem: Problem, at now: Double) {
    latency = nil
    rxRate = nil
    txRate = nil
    facts.forgetReadings()
    change(now) {
      $0.phase = .down(problem)
      $0.menuProblem = nil
    }
  }

  mutating func setMenuProblem(_ problem: Problem?, at now: Double) { change(now) { $0.menuProblem = problem } }

  mutating func setStorageProblem(_ problem: Problem?, at now: Double) {
    if problem != storageProblem { change(now) { $0.storageProblem = problem } }
  }

  /// Applies a change; a new state or reason begins now.
  private mutating func change(_ now: Double, _ apply: (inout DeviceStatus) -> Void) {
    let before = (state, problem?.reason)
    apply(&self)
    if (state, problem?.reason) != before { since = now }
  }

  /// - Parameter steady: now, on the schedule's clock.
  func heartbeat(steady: Double) -> Heartbeat.Device {
    var device = Heartbeat.Device(state: state, address: address)
    device.reason = problem?.reason.rawValue
    device.message = problem?.message
    device.since = UTCTime.rfc3339(since)
    device.lastSuccess = lastSuccess.map(UTCTime.rfc3339)
    device.latencyMs = latency.map { ($0 * 100_000).rounded() / 100 }
    device.identity = facts.identity
    device.model = facts.model
    device.version = facts.version
    device.uptime = facts.uptime
    device.rxBps = rxRate
    device.txBps = txRate
    device.interfaces = interfaces
    device.missedSamples = schedule?.missed(at: steady) ?? 0
    device.cpuPercent = facts.cpuPercent
    device.memoryPercent = facts.memoryPercent
    device.temperature = facts.temperature
    return device
  }
}
