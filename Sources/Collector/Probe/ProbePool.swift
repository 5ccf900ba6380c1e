import Logging
import Shared

/// Makes probes: one round at a time and target, however many ask for it, and keeps sessions between rounds where that is configured.
actor ProbePool {
  /// How a round ended.
  typealias Outcome = Result<[RenderedFamily], ProbeRefusal>

  /// Rounds at once, over all targets: a scraper with a long list must not take all descriptors.
  static let roundLimit = 128

  private struct Key: Hashable {
    var module: String
    var host: String
  }

  private struct Round {
    var number: Int
    var grant: ProbeGrant
    var task: Task<Void, Never>
    var waiters: [Int: AsyncStream<Outcome>.Continuation] = [:]
  }

  private struct Kept {
    var grant: ProbeGrant
    var session: ProbeSession
    /// On the steady clock.
    var used: Double
  }

  private let environment: ProbeSession.Environment
  private var rounds: [Key: Round] = [:]
  private var kept: [Key: Kept] = [:]
  private var lastWaiter = 0
  private var isClosed = false

  init(_ environment: ProbeSession.Environment) { self.environment = environment }

  /// Sessions that wait for the next probe.
  var keptCount: Int { kept.count }

  /// Rounds under way.
  var roundCount: Int { rounds.count }

  /// The outcome of a round that is under way, or of a new one.
  ///
  /// - Parameter patience: how long this asker waits; the round itself may take `config.deadline`.
  func probe(_ grant: ProbeGrant, _ config: ProbeConfig, patience: Duration) async -> Outcome {
    let key = Key(module: grant.module, host: grant.target ?? grant.device.endpoint.host)
    lastWaiter += 1
    let waiter = lastWaiter
    let (outcomes, continuation) = AsyncStream<Outcome>.makeStream()
    guard !isClosed else { return .failure(.unavailable("the collector stops")) }
    // A round that was begun under another configuration tells about another device.
    if let round = rounds[key], round.grant != grant {
      return .failure(.unavailable("the configuration of \(grant.title) has just changed"))
    }
    if rounds[key] == nil {
      guard rounds.count < Self.roundLimit else { return .failure(.unavailable("\(Self.roundLimit) probes are under way")) }
      // Not a child of one request: it is shared by all who wait, and ends with the last of them.
      rounds[key] = Round(number: waiter, grant: grant, task: Task { await self.run(waiter, key, grant, config) })
    }
    rounds[key]?.waiters[waiter] = continuation
    let outcome = await withTaskGroup(of: Outcome?.self) { group in
      group.addTask {
        for await outcome in outcomes { return outcome }
        return nil
      }
      group.addTask {
        // Cancelled: the other one has its answer.
        try? await Task.sleep(for: patience)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    leave(key, waiter)
    let seconds = (patience.seconds * 10).rounded() / 10
    return outcome ?? .failure(.unavailable("the probe of \(grant.title) has no answer within \(seconds) s"))
  }

  /// Closes every kept session: the configuration has changed.
  func forgetSessions() async {
    let sessions = kept.values.map(\.session)
    kept = [:]
    for session in sessions { await session.close() }
  }

  /// Ends everything. No probe is made any more.
  func close() async {
    isClosed = true
    for round in rounds.values { round.task.cancel() }
    await forgetSessions()
  }

  private func leave(_ key: Key, _ waiter: Int) {
    guard rounds[key]?.waiters.removeValue(forKey: waiter) != nil, rounds[key]?.waiters.isEmpty == true else { return }
    // The next to ask begins a new one.
    rounds.removeValue(forKey: key)?.task.cancel()
  }

  // MARK: A round

  private func run(_ number: Int, _ key: Key, _ grant: ProbeGrant, _ config: ProbeConfig) async {
    let outcome = await withTaskGroup(of: Outcome?.self) { group in
      group.addTask { await self.attempt(key, grant, config) }
      group.addTask {
        try? await Task.sleep(for: .seconds(config.deadline))
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first ?? .failure(.unavailable("the probe of \(grant.title) has no answer within \(config.deadline) s"))
    }
    guard rounds[key]?.number == number, let round = rounds.removeValue(forKey: key) else { return }
    for waiter in round.waiters.values {
      waiter.yield(outcome)
      waiter.finish()
    }
  }

  private func attempt(_ key: Key, _ grant: ProbeGrant, _ config: ProbeConfig) async -> Outcome {
    do {
      if config.keepsSessions, let session = await take(key, grant, config) {
        do { return .success(try await finish(session, key, grant, config)) } catch let error as RouterOSError
          where error.endsSession
        {
          // It had ended since its last use: that says nothing about the device.
          environment.logger.debug("A kept session had ended", metadata: [LogKey.error: "\(error)"])
        }
      }
      let session = try await ProbeSession.open(grant, environment)
      return .success(try await finish(session, key, grant, config))
    } catch let refusal as ProbeRefusal {
      return .failure(refusal)
    } catch let error as RouterOSError where !Task.isCancelled {
      return .failure(.unavailable("the probe of \(grant.title) failed: \(error)"))
    } catch {
      return .failure(.unavailable("the probe of \(grant.title) was ended"))
    }
  }

  private func finish(
    _ session: ProbeSession, _ key: Key, _ grant: ProbeGrant, _ config: ProbeConfig
  ) async throws -> [RenderedFamily] {
    do {
      let families = try await session.round(address: grant.target)
      if config.keepsSessions, !isClosed, !Task.isCancelled {
        await keep(session, key, grant, config)
      } else {
        await session.close()
      }
      return families
    } catch {
      await session.close()
      throw error
    }
  }

  // MARK: Kept sessions

  /// The session kept for this target, which is the round's from now on.
  private func take(_ key: Key, _ grant: ProbeGrant, _ config: ProbeConfig) async -> ProbeSession? {
    let now = environment.time.steady
    let expired = kept.filter { config.sessionSeconds > 0 && now - $0.value.used > Double(config.sessionSeconds) }
    for key in expired.keys { kept[key] = nil }
    let found = kept.removeValue(forKey: key)
    for old in expired.values { await old.session.close() }
    guard let found else { return nil }
    guard found.grant == grant else {
      await found.session.close()
      return nil
    }
    return found.session
  }

  private func keep(_ session: ProbeSession, _ key: Key, _ grant: ProbeGrant, _ config: ProbeConfig) async {
    var surplus: [ProbeSession] = []
    while config.sessionLimit > 0, kept.count >= config.sessionLimit, let oldest = kept.min(by: { $0.value.used < $1.value.used })
    {
      kept[oldest.key] = nil
      surplus.append(oldest.value.session)
    }
    kept[key] = Kept(grant: grant, session: session, used: environment.time.steady)
    for session in surplus { await session.close() }
  }
}
