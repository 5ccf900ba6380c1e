import SecureTransport

extension RouterOSFailure {
  /// What came back, for a person. Device text is quoted; a password never gets here.
  var outcome: String {
    switch self {
    case .noAddress(let detail): "no address: \(detail)"
    case .noAddressInTime(let limit): "no answer from name resolution within \(limit)"
    case .connectionRefused: "connection refused"
    case .noConnectionInTime(let limit): "no TCP connection within \(limit)"
    case .unreachable(let detail): "no TCP connection: \(detail)"
    case .transportSecurity(let failure): failure.description
    case .loginRejected(let message, _): "the device answered \(Self.quoted(message))"
    case .loginNotPermitted(let message): "the device answered \(Self.quoted(message))"
    case .loginUnanswered(let limit): "connected, but the login was not answered within \(limit)"
    case .badChallenge: "the device sent a login challenge that is not 32 hexadecimal digits"
    case .digestUnavailable: "OpenSSL on this host refuses MD5, which the login of this RouterOS version needs"
    case .closedBeforeAnyByte: "the connection was closed before the device sent a byte"
    case .closedMidSentence: "the connection ended in the middle of a sentence"
    case .closedByDevice: "the device closed the connection"
    case .reset(let detail): "the connection broke: \(detail)"
    case .violation(let violation): "the device sent \(violation)"
    case .fatal(let message): "the device ended the session with \(Self.quoted(message))"
    case .silent(let limit): "the device has sent nothing for \(limit)"
    case .closedByUs: "the session had been closed"
    case .noAnswer(let limit): "no complete answer within \(limit)"
    case .trap(let trap): "the device answered \(Self.quoted(trap.message))"
    case .replyTooLarge(let rows, let bytes): "the reply grew past \(rows) rows and \(bytes) bytes and was cancelled"
    case .readerTooSlow(let rows): "\(rows) rows were waiting to be read and the command was cancelled"
    case .tooManyCommands(let count): "\(count) commands are still unanswered"
    case .unsendable(let reason): "the command cannot be sent: \(reason)"
    }
  }

  /// What to do about it, where that is known.
  var advice: String? {
    switch self {
    case .noAddress, .noAddressInTime: "check the host name and this host's name servers"
    case .connectionRefused, .closedBeforeAnyByte:
      "enable the service with \"/ip service enable api\", and check its address list and the port"
    case .noConnectionInTime, .unreachable: "check address, route and firewall"
    case .transportSecurity(let failure): failure.advice
    case .loginRejected(_, challengeFirst: true):
      "check user and password; RouterOS 6.43 and later need plaintext_login = True"
    case .loginRejected: "check user and password"
    case .loginNotPermitted: "the user's group needs the policies api and read"
    case .trap(let trap) where trap.meaning == .notPermitted: "the user's group needs the policies api and read"
    case .violation, .badChallenge, .closedMidSentence: "check that the port is that of the RouterOS API"
    case .digestUnavailable: "update RouterOS to 6.43 or later and set plaintext_login = True"
    case .loginUnanswered: "check that the port is that of the RouterOS API without TLS"
    case .closedByDevice, .reset, .fatal, .silent, .closedByUs, .noAnswer, .trap, .replyTooLarge, .readerTooSlow,
      .tooManyCommands, .unsendable:
      nil
    }
  }

  /// A stranger's text in quotes: cut, and without control characters.
  private static func quoted(_ text: String) -> String {
    var safe = ""
    for scalar in text.unicodeScalars.prefix(200) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: safe += "\u{FFFD}"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return "\"\(safe)\""
  }
}
