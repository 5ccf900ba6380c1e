import NIOCore

extension DeviceConnection {
  /// A round of menus that is being asked.
  struct AskingRound {
    enum Arrival {
      case answer(MenuAnswers.Answer, to: AskingPlan.Question)
      /// The session is over.
      case end(RouterOSError)
      case patienceOver
    }

    /// What came and was not looked at.
    var arrived: [Arrival] = []
    var waiter: CheckedContinuation<Void, Never>?
    /// What the device has been asked and has not answered.
    var tags: Set<UInt64> = []
  }

  /// Carries a plan out: sends its questions as ``AskingPace`` allows, several in one piece. Works where the answers arrive and is woken
  /// once for all that came together: that is most of what asking costs.
  ///
  /// - Returns: the menus that are done and were not given to `use`; what ended the session, or the task, before all were.
  func ask(
    _ plan: AskingPlan, _ asker: MenuAsker, deadline: Duration, patience: Duration? = nil,
    use: (@Sendable ([AskedMenu]) async -> Void)? = nil
  ) async -> (asked: [AskedMenu], failure: (any Error)?) {
    let round = machine.nextTag()  // any number that is not used twice
    rounds[round] = AskingRound()
    defer { end(round) }
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        var plan = plan
        var timer = patience.map { scheduleEnd(ofPatience: $0, round) }
        var isLate = false
        var failure: (any Error)?
        while failure == nil, !Task.isCancelled {
          if plan.underWay <= pace.limit / 2 || isLate {
            let questions = plan.next(pace.limit - plan.underWay, at: .now)
            for question in questions {
              guard let remote = asker.remote(question.query) else { continue }
              group.addTask { await self.ask(question, of: remote, deadline: deadline, round) }
            }
            send(questions.filter { asker.remote($0.query) == nil }, deadline: deadline, round)
          }
          if plan.isOver { break }
          if isLate, let patience, let use {
            let asked = plan.takeFinished()
            if !asked.isEmpty {
              await use(asked)
              isLate = false
              timer = scheduleEnd(ofPatience: patience, round)
            }
          }
          for arrival in await arrivals(round) {
            switch arrival {
            case .answer(let answer, let question): plan.take(answer, to: question, at: .now)
            case .end(let error): failure = failure ?? error
            case .patienceOver: isLate = true
            }
          }
        }
        timer?.cancel()
        group.cancelAll()
        let asked = plan.takeFinished()
        return (asked, failure ?? (plan.isOver ? nil : CancellationError()))
      }
    } onCancel: {
      eventLoopOnCancel { $0.wake(round) }
    }
  }

  /// Something has come for a round.
  func arrived(_ arrival: AskingRound.Arrival, in round: UInt64) {
    rounds[round]?.arrived.append(arrival)
    wake(round)
  }

  private func wake(_ round: UInt64) {
    guard let waiter = rounds[round]?.waiter else { return }
    rounds[round]?.waiter = nil
    waiter.resume()
  }

  /// What has come; waits for something unless the task is cancelled.
  private func arrivals(_ round: UInt64) async -> [AskingRound.Arrival] {
    if rounds[round]?.arrived.isEmpty ?? false, !Task.isCancelled {
      await withCheckedContinuation { rounds[round]?.waiter = $0 }
    }
    let arrived = rounds[round]?.arrived ?? []
    rounds[round]?.arrived = []
    return arrived
  }

  private func end(_ round: UInt64) {
    guard let tags = rounds.removeValue(forKey: round)?.tags else { return }
    for tag in tags.sorted() where forget(tag) { perform(machine.abandon(tag, nil)) }
  }

  private func scheduleEnd(ofPatience patience: Duration, _ round: UInt64) -> Scheduled<Void> {
    schedule(patience) { $0.arrived(.patienceOver, in: round) }
  }

  private func ask(_ question: AskingPlan.Question, of remote: RemoteSession, deadline: Duration, _ round: UInt64) async {
    do {
      let reply = try await remote.run(question.query, deadline: deadline)
      arrived(.answer(.reply(reply), to: question), in: round)
    } catch let error as RouterOSError {
      arrived(.answer(error.isMenuAbsent ? .absent(error) : .failed(error), to: question), in: round)
    } catch {
      // Cancelled: so is the round.
    }
  }
}
