/// The session as a value: it is told what happened and says what to do. Time, sockets and waiting callers are its owner's business.
struct ConnectionStateMachine: Sendable {
  /// How a command's rows reach its caller.
  enum Delivery: Sendable, Equatable {
    /// All at once, when the command has ended.
    case collected
    /// One by one, as they arrive.
    case streamed
  }

  /// The rows of a collected command.
  struct Collected: Sendable, Equatable {
    var rows: [Row] = []
    var ret: String?
    /// Size of the reply on the wire.
    var bytes = 0
    /// When the first sentence of the reply began to arrive.
    var received: ContinuousClock.Instant?
  }

  enum Action: Equatable, Sendable {
    case send([String])
    case loggedIn
    /// A row of a streamed command.
    case deliver(tag: UInt64, Row)
    /// A collected command has ended well.
    case complete(tag: UInt64, Collected)
    /// A streamed command has ended well (`nil`), or any command badly.
    case finish(tag: UInt64, RouterOSFailure?)
    /// Call ``drainExpired(_:after:)`` with this tag after the drain time-out.
    case awaitDrain(tag: UInt64)
    /// Close the socket: the session is over.
    case close(RouterOSFailure)
  }

  struct Command: Sendable {
    enum Phase: Sendable, Equatable {
      case active
      /// Its caller is gone; what still arrives is thrown away. Bytes received in all when that began.
      case draining(since: UInt64)
    }
    var delivery: Delivery
    var phase = Phase.active
    var collected = Collected()
    var traps: [DeviceTrap] = []
  }

  enum State: Sendable {
    case loggingIn(LoginExchange)
    case ready
    case closed(RouterOSFailure)
  }

  let limits: ProtocolLimits
  var state: State
  var commands = TagTable<Command>()
  /// `/cancel` commands that have not been answered yet, and the commands that they end.
  var cancels: [UInt64: UInt64] = [:]
  var statistics = ConnectionStatistics()
  private var lastTag: UInt64 = 0

  init(login: LoginExchange, limits: ProtocolLimits) {
    self.limits = limits
    state = .loggingIn(login)
  }

  /// Why the session is over; `nil` while it is not.
  var closeReason: RouterOSFailure? {
    if case .closed(let failure) = state { return failure }
    return nil
  }

  /// Tags are never used twice in a session, so a late sentence cannot be taken for another command's.
  mutating func nextTag() -> UInt64 {
    lastTag += 1
    return lastTag
  }

  // MARK: Commands

  /// The connection stands: what to send first.
  mutating func connected() -> [Action] {
    guard case .loggingIn(var login) = state else { return [] }
    let words = login.begin()
    state = .loggingIn(login)
    return [.send(words)]
  }

  /// Registers a command. The caller sends it with the tag returned, or takes it back with ``withdraw(_:)``.
  mutating func submit(_ delivery: Delivery) throws(RouterOSFailure) -> UInt64 {
    if let closeReason { throw closeReason }
    guard commands.count < limits.commandsInFlight else { throw .tooManyCommands(commands.count) }
    let tag = nextTag()
    commands.add(Command(delivery: delivery), tag)
    return tag
  }

  /// Forgets a command that was not sent.
  mutating func withdraw(_ tag: UInt64) {
    commands.remove(tag)
  }

  /// Ends a command on our side, with `failure` for its caller unless the caller is gone already, and at the device.
  mutating func abandon(_ tag: UInt64, _ failure: RouterOSFailure?) -> [Action] {
    guard case .ready = state, let place = commands.place(tag), commands[place: place].phase == .active else { return [] }
    let cancel = nextTag()
    var actions: [Action] = [.send(["/cancel", "=tag=\(tag)", ".tag=\(cancel)"]), .awaitDrain(tag: tag)]
    if let failure {
      // A device that reported a trap but never its end has answered all the same.
      actions.append(.finish(tag: tag, commands[place: place].traps.first.map(RouterOSFailure.trap) ?? failure))
    }
    commands[place: place].phase = .draining(since: statistics.bytesReceived)
    commands[place: place].collected = Collected()
    cancels[cancel] = tag
    return actions
  }

  /// The time for the end of a cancelled command is over. If the device sent anything meanwhile, it is alive, and both the command and its
  /// cancellation are forgotten should they not have been answered.
  mutating func drainExpired(_ tag: UInt64, after limit: Duration) -> [Action] {
    guard case .ready = state else { return [] }
    if let place = commands.place(tag) {
      guard case .draining(let since) = commands[place: place].phase else { return [] }
      if statistics.bytesReceived == since { return end(.silent(limit)) }
      commands.remove(place: place)
    }
    cancels = cancels.filter { $0.value != tag }
    return []
  }

  // MARK: End

  mutating func end(_ failure: RouterOSFailure) -> [Action] {
    if case .closed = state { return [] }
    state = .closed(failure)
    let waiting = commands.indices.filter { commands[place: $0].phase == .active }.map { commands.tags[$0] }.sorted()
    commands.removeAll()
    cancels = [:]
    return waiting.map { .finish(tag: $0, failure) } + [.close(failure)]
  }
}
