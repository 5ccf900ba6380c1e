import Shared

/// The login, as a value: what to send next, given what the device said.
///
/// RouterOS 6.43 and later take name and password in one `/login`. Older ones ignore them and answer with a challenge in `=ret=`, to which
/// MD5(0, password, challenge) is the response; they give the same challenge to a bare `/login`.
struct LoginExchange: Sendable {
  enum Step: Equatable, Sendable {
    /// Send these words, untagged: old devices know no tags before login.
    case send([String])
    /// Nothing to do until the next sentence.
    case wait
    case succeeded
    case failed(RouterOSFailure)
  }

  private enum State {
    case start
    /// The next `!done` decides: with a challenge the device is an old one, without it we are in.
    case credentialsSent
    case challengeAsked
    case responseSent
    case over
  }

  private let credentials: Credentials
  private var state = State.start

  init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  /// The first command.
  mutating func begin() -> [String] {
    guard credentials.plaintextLogin else {
      state = .challengeAsked
      return ["/login"]
    }
    state = .credentialsSent
    return ["/login", "=name=" + credentials.username, "=password=" + credentials.password.reveal()]
  }

  mutating func receive(_ sentence: Sentence) -> Step {
    switch sentence.kind {
    case .row, .empty, .unknown: .wait
    case .trap: fail(rejection(DeviceTrap(sentence)))
    case .fatal: fail(rejection(fatal: sentence.fatalText))
    case .done: done(challenge: sentence["ret"])
    }
  }

  private mutating func done(challenge: String?) -> Step {
    switch (state, challenge) {
    case (.credentialsSent, nil), (.responseSent, nil):
      state = .over
      return .succeeded
    case (.credentialsSent, let challenge?), (.challengeAsked, let challenge?):
      return respond(to: challenge)
    case (.challengeAsked, nil):
      return fail(.loginRejected(message: "no challenge", challengeFirst: true))
    case (.responseSent, _?):
      return fail(.badChallenge)
    case (.start, _), (.over, _):
      return .wait
    }
  }

  private mutating func respond(to challenge: String) -> Step {
    guard let bytes = Self.bytes(hexadecimal: challenge), bytes.count == 16 else { return fail(.badChallenge) }
    let digest = Digest.md5([0] + Array(credentials.password.reveal().utf8) + bytes)
    guard digest.count == 16 else { return fail(.digestUnavailable) }
    state = .responseSent
    let response = digest.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
    return .send(["/login", "=name=" + credentials.username, "=response=00" + response])
  }

  private mutating func fail(_ failure: RouterOSFailure) -> Step {
    state = .over
    return .failed(failure)
  }

  /// A user without the policy `api` is told "not allowed (9)"; everything else means that name or password is wrong.
  private func rejection(_ trap: DeviceTrap) -> RouterOSFailure {
    if trap.meaning == .notPermitted { return .loginNotPermitted(message: trap.message) }
    return .loginRejected(message: trap.message, challengeFirst: !credentials.plaintextLogin)
  }

  /// Some versions end the session at once instead of sending a trap.
  private func rejection(fatal text: String) -> RouterOSFailure {
    let message = text.lowercased()
    guard message.contains("invalid user name or password") || message.contains("cannot log in") else { return .fatal(text) }
    return .loginRejected(message: text, challengeFirst: !credentials.plaintextLogin)
  }

  private static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}

extension Sentence {
  /// The reason of a `!fatal`: a bare word, or `=message=`.
  var fatalText: String {
    self["message"] ?? text.joined(separator: " ")
  }
}
