extension ConnectionStateMachine {
  /// How the socket ended.
  enum Disconnect: Equatable, Sendable {
    case closed
    case failed(String)
  }

  /// Bytes arrived, before they are decoded.
  mutating func received(bytes: Int) {
    statistics.bytesReceived += UInt64(bytes)
  }

  /// A sentence arrived whose first byte came at `instant`.
  mutating func receive(_ sentence: Sentence, at instant: ContinuousClock.Instant) -> [Action] {
    statistics.sentences += 1
    if case .unknown = sentence.kind { statistics.unknownReplies += 1 }
    switch state {
    case .closed: return []
    case .loggingIn(var login):
      let step = login.receive(sentence)
      state = .loggingIn(login)
      return advance(step)
    case .ready: return dispatch(sentence, at: instant)
    }
  }

  mutating func violated(_ violation: ProtocolViolation) -> [Action] {
    end(.violation(violation))
  }

  mutating func disconnected(_ how: Disconnect, midSentence: Bool) -> [Action] {
    if statistics.bytesReceived == 0 { return end(.closedBeforeAnyByte) }
    if midSentence { return end(.closedMidSentence) }
    return switch how {
    case .closed: end(.closedByDevice)
    case .failed(let detail): end(.reset(detail))
    }
  }

  private mutating func advance(_ step: LoginExchange.Step) -> [Action] {
    switch step {
    case .send(let words): return [.send(words)]
    case .wait: return []
    case .failed(let failure): return end(failure)
    case .succeeded:
      state = .ready
      return [.loggedIn]
    }
  }

  private mutating func dispatch(_ sentence: Sentence, at instant: ContinuousClock.Instant) -> [Action] {
    if sentence.kind == .fatal { return end(.fatal(sentence.fatalText)) }
    guard case .number(let tag) = sentence.tag, let command = commands.place(tag) else {
      return receiveUnmatched(sentence)
    }
    switch commands[place: command].phase {
    case .draining:
      if sentence.kind == .done { commands.remove(place: command) }
      return []
    case .active:
      // In place, without copying the rows gathered so far.
      commands[place: command].note(sentence, at: instant)
      return deliver(sentence, to: tag, at: command)
    }
  }

  private mutating func deliver(_ sentence: Sentence, to tag: UInt64, at place: Int) -> [Action] {
    switch (sentence.kind, commands[place: place].delivery) {
    case (.row, .streamed):
      return [.deliver(tag: tag, Row(fields: sentence.fields))]
    case (.row, .collected):
      // No copy of the gathered rows may be alive while one is appended.
      guard
        commands[place: place].collected.rows.count < limits.rowsPerReply,
        commands[place: place].collected.bytes <= limits.bytesPerReply
      else {
        return abandon(tag, .replyTooLarge(rows: limits.rowsPerReply, bytes: limits.bytesPerReply))
      }
      commands[place: place].collected.rows.append(Row(fields: sentence.fields))
      return []
    case (.trap, _):
      // A few are enough to explain a failure; a device that repeats itself must not fill our memory.
      if commands[place: place].traps.count < 8 { commands[place: place].traps.append(DeviceTrap(sentence)) }
      return []
    case (.done, let delivery):
      let command = commands.remove(place: place)
      if let trap = command.traps.first { return [.finish(tag: tag, .trap(trap))] }
      if delivery == .streamed { return [.finish(tag: tag, nil)] }
      var collected = command.collected
      collected.ret = sentence["ret"]
      return [.complete(tag: tag, collected)]
    case (.empty, _), (.unknown, _), (.fatal, _):
      return []
    }
  }

  /// The answer to a `/cancel`, or to nothing we know.
  private mutating func receiveUnmatched(_ sentence: Sentence) -> [Action] {
    guard case .number(let tag) = sentence.tag, cancels[tag] != nil else {
      if case .unknown = sentence.kind { return [] }
      statistics.strayReplies += 1
      return []
    }
    if sentence.kind == .done { cancels[tag] = nil }
    return []
  }
}

extension ConnectionStateMachine.Command {
  fileprivate mutating func note(_ sentence: Sentence, at instant: ContinuousClock.Instant) {
    collected.bytes += sentence.bytes
    if collected.received == nil { collected.received = instant }
  }
}
