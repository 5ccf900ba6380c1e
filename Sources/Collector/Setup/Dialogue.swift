import Glibc
import Shared

/// Questions and answers on standard input and output. Ctrl-C ends the program at any question, with the terminal as it was.
struct Dialogue: Sendable {
  /// Nobody answers any more.
  static let ended = CommandFailure(status: 1, description: "the answers ended too soon; nothing was written")
  private static let interrupted = CommandFailure(status: 1, description: "interrupted; nothing was written")

  /// Whether a person sits at it.
  static var isPresent: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// From here on Ctrl-C says what it left behind: nothing.
  func begin() {
    signal(SIGINT) { _ in
      let text: StaticString = "\ntikwatch-collector: interrupted; nothing was written\n"
      // Only what a signal handler may call.
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(1)
    }
  }

  /// Ctrl-C no longer counts: a file is being replaced, which takes a moment.
  func end() { signal(SIGINT, SIG_IGN) }

  /// One line, trimmed; `preset` for an empty one.
  func ask(_ question: String, preset: String? = nil) async throws -> String {
    let shown = preset.map { $0.isEmpty ? "" : " [\(CheckTable.safe($0))]" } ?? ""
    put("\(question)\(shown): ")
    let answer = try await BlockingWork.run("question") { try Self.line() }.trimmed
    return answer.isEmpty ? preset ?? "" : answer
  }

  /// One line that is not shown.
  func askSecret(_ question: String) async throws -> Secret {
    let text = try await BlockingWork.run("question") {
      try Self.withoutEcho {
        put("\(question): ")
        defer { put("\n") }
        return try Self.hiddenLine()
      }
    }
    return Secret(text)
  }

  func confirm(_ question: String, preset: Bool) async throws -> Bool {
    while true {
      let answer = try await ask("\(question) [\(preset ? "Y/n" : "y/N")]")
      if answer.isEmpty { return preset }
      if let flag = ConfigSyntax.boolean(answer) ?? ["y": true, "n": false][answer.lowercased()] { return flag }
      say("Please answer yes or no.")
    }
  }

  func say(_ text: String = "") { put(text + "\n") }

  /// As ``say(_:)``, behind `head` and in lines that fit.
  func tell(_ text: String, behind head: String = "") {
    for line in DisplayWidth.fold(text, behind: head, to: TerminalDisplay.now.width) { say(line) }
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    // Whoever closed the terminal will not answer either.
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }

  // MARK: Reading

  private static func byte() throws -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      if count == 0 { return nil }
      guard errno == EINTR else { throw ended }
    }
  }

  /// The rest of a line; the terminal's own editing applies.
  private static func line() throws -> String {
    var bytes: [UInt8] = []
    while let byte = try byte() {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      if bytes.count < 4096 { bytes.append(byte) }
    }
    throw ended
  }

  /// As ``line()`` where the terminal edits nothing and sends no signals, so that it can be put right first.
  private static func hiddenLine() throws -> String {
    var bytes: [UInt8] = []
    while let byte = try byte() {
      switch byte {
      case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self)
      case 0x03: throw interrupted
      case 0x04 where bytes.isEmpty: throw ended
      case 0x7F, 0x08:
        // A character may be several bytes.
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
      case 0x15: bytes.removeAll()
      default: if bytes.count < DeviceSecrets.sizeLimit { bytes.append(byte) }
      }
    }
    throw ended
  }

  private static func withoutEcho<Value>(_ body: () throws -> Value) throws -> Value {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return try body() }
    var hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden)
    defer { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
    return try body()
  }
}
