import NIOCore

extension DeviceConnection {
  /// A round of menus that is being asked. Of one connection's actor: tasks and timers name it by its number.
  final class AskingRound {
    enum Arrival {
      case answer(MenuAnswers.Answer, to: AskingPlan.Question)
      /// The session is over.
      case end(RouterOSError)
      case patienceOver
    }

    /// What came and was not looked at.
    var arrived: [Arrival] = []
    var waiter: CheckedContinuation<Void, Never>?

    func take(_ arrival: Arrival) {
      arrived.append(arrival)
      wake()
    }

    func wake() {
      let waiter = waiter
      self.waiter = nil
      waiter?.resume()
    }
  }

  /// Whether neither a round nor a command that is collected is under way.
  var isAskingNothing: Bool { rounds.isEmpty && runs.isEmpty }

  /// Carries a plan out: sends its questions as ``AskingPace`` allows, several in one piece. Works where the answers arrive and is woken
  /// once for all that came together: that is most of what asking costs.
  ///
  /// - Returns: the menus that are done and were not given to `use`; what ended the session, or the task, before all were.
  func ask(
    _ plan: AskingPlan, _ asker: MenuAsker, deadline: Duration, patience: Duration? = nil,
    use: (@Sendable ([AskedMenu]) async -> Void)? = nil
  ) async -> (asked: [AskedMenu], failure: (any Error)?) {
    let number = machine.nextTag()  // any that is not used twice
    let round = AskingRound()
    rounds[number] = round
    defer { end(number, round) }
    return await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        var plan = plan
        var timer = patience.map { scheduleEnd(ofPatience: $0, number) }
        var isLate = false
        var failure: (any Error)?
        while failure == nil, !Task.isCancelled {
          if plan.underWay <= pace.limit / 2 || isLate {
            let questions = plan.next(pace.limit - plan.underWay, at: .now)
            var own: [AskingPlan.Question] = []
            for question in questions {
              if let remote = asker.remote(question.query) {
                group.addTask { await self.ask(question, of: remote, deadline: deadline, number) }
              } else {
                own.append(question)
              }
            }
            send(own, deadline: deadline, round)
          }
          if plan.isOver { break }
          if isLate, let patience, let use {
            let asked = plan.takeFinished()
            if !asked.isEmpty {
              await use(asked)
              isLate = false
              timer = scheduleEnd(ofPatience: patience, number)
            }
          }
          for arrival in await arrivals(of: round) {
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
      eventLoopOnCancel { $0.rounds[number]?.wake() }
    }
  }

  /// What has come; waits for something unless the task is cancelled.
  private func arrivals(of round: AskingRound) async -> [AskingRound.Arrival] {
    if round.arrived.isEmpty, !Task.isCancelled {
      await withCheckedContinuation { round.waiter = $0 }
    }
    defer { round.arrived = [] }
    return round.arrived
  }

  private func end(_ number: UInt64, _ round: AskingRound) {
    rounds[number] = nil
    let left = runs.indices.filter {
      if case .round(let other, _) = runs[place: $0].receiver { return other === round }
      return false
    }
    for tag in left.map({ runs.tags[$0] }).sorted() where forget(tag) { perform(machine.abandon(tag, nil)) }
  }

  private func scheduleEnd(ofPatience patience: Duration, _ round: UInt64) -> Scheduled<Void> {
    schedule(patience) { $0.rounds[round]?.take(.patienceOver) }
  }

  private func ask(_ question: AskingPlan.Question, of remote: RemoteSession, deadline: Duration, _ round: UInt64) async {
    do {
      let reply = try await remote.run(question.query, deadline: deadline)
      rounds[round]?.take(.answer(.reply(reply), to: question))
    } catch let error as RouterOSError {
      rounds[round]?.take(.answer(error.isMenuAbsent ? .absent(error) : .failed(error), to: question))
    } catch {
      // Cancelled: so is the round.
    }
  }
}
