import SecureTransport

/// What went wrong between us and a device, without saying which device: ``RouterOSError`` adds that.
enum RouterOSFailure: Error, Equatable, Sendable {
  // Before there was a connection.
  case noAddress(String)
  case noAddressInTime(Duration)
  case connectionRefused
  case noConnectionInTime(Duration)
  case unreachable(String)
  case transportSecurity(TLSFailure)
  // Before there was a session.
  case loginRejected(message: String, challengeFirst: Bool)
  case loginNotPermitted(message: String)
  case loginUnanswered(Duration)
  case badChallenge
  case digestUnavailable
  // The end of a session.
  case closedBeforeAnyByte
  case closedMidSentence
  case closedByDevice
  case reset(String)
  case violation(ProtocolViolation)
  case fatal(String)
  /// A cancelled command was not finished, and nothing else arrived either.
  case silent(Duration)
  /// The session had been closed from our side.
  case closedByUs
  // The end of one command.
  case noAnswer(Duration)
  case trap(DeviceTrap)
  case replyTooLarge(rows: Int, bytes: Int)
  case readerTooSlow(rows: Int)
  case tooManyCommands(Int)
  case unsendable(UnsendableSentence)
}

extension RouterOSFailure {
  /// The reason code, as the contract defines it.
  var code: ReasonCode {
    switch self {
    case .noAddress, .noAddressInTime: .dns
    case .connectionRefused, .closedBeforeAnyByte: .refused
    case .noConnectionInTime, .unreachable: .timeout
    case .transportSecurity(let failure): failure.reason
    case .loginRejected, .digestUnavailable: .login
    case .loginNotPermitted: .permission
    case .trap(let trap): trap.meaning == .notPermitted ? .permission : .menu
    case .badChallenge, .closedMidSentence, .closedByDevice, .reset, .violation, .closedByUs: .protocol
    case .loginUnanswered, .silent, .noAnswer, .tooManyCommands: .hung
    case .fatal: .fatal
    case .replyTooLarge, .readerTooSlow, .unsendable: .menu
    }
  }

  /// Whether the session is over, and not only one command.
  var endsSession: Bool {
    switch self {
    case .noAnswer, .trap, .replyTooLarge, .readerTooSlow, .tooManyCommands, .unsendable: false
    case .noAddress, .noAddressInTime, .connectionRefused, .noConnectionInTime, .unreachable, .transportSecurity,
      .loginRejected, .loginNotPermitted, .loginUnanswered, .badChallenge, .digestUnavailable, .closedBeforeAnyByte,
      .closedMidSentence, .closedByDevice, .reset, .violation, .fatal, .silent, .closedByUs:
      true
    }
  }
}
