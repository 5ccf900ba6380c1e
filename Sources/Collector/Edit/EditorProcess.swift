import Foundation
import Glibc

/// The user's editor as a process: the only program that ours ever start.
///
/// It stays in our process group, which is the terminal's foreground group: it may read the terminal, a Ctrl-Z stops both of us and `fg`
/// wakes both. Ctrl-C and Ctrl-\ are the editor's business meanwhile.
struct EditorProcess: Sendable {
  /// The program and its own arguments.
  let words: [String]

  /// Splits a command as a shell would, quotes and backslashes included, without anything else of a shell.
  /// - Throws: a quote is open, or there is nothing.
  init(command: String) throws(CommandFailure) {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var rest = command[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\" where quote != "'":
        if let next = rest.popFirst() { word = (word ?? "") + String(next) }
      case _ where character == quote: quote = nil
      case "'" where quote == nil, "\"" where quote == nil: (quote, word) = (character, word ?? "")
      case _ where quote == nil && character.isWhitespace:
        if let done = word { words.append(done) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    guard quote == nil, words.first?.isEmpty == false else {
      throw CommandFailure(
        status: 2, description: "\"\(CheckTable.safe(command))\" names no editor: a quote is open, or it is empty")
    }
    self.words = words
  }

  /// The one that the user wants: the option, `VISUAL`, `EDITOR`, or what most systems have.
  static func chosen(_ option: String?, _ environment: [String: String]) throws(CommandFailure) -> EditorProcess {
    for command in [option, environment["VISUAL"], environment["EDITOR"]] {
      if let command, !command.isEmpty { return try EditorProcess(command: command) }
    }
    let folders = environment["PATH", default: "/usr/bin:/bin"].split(separator: ":")
    for name in ["nano", "vi", "vim"] where folders.contains(where: { access("\($0)/\(name)", X_OK) == 0 }) {
      return try EditorProcess(command: name)
    }
    throw CommandFailure.failure("there is no editor: name one with --editor, or in the environment as EDITOR")
  }

  /// Runs it on a file and waits for its end. Blocking: for as long as somebody edits.
  /// - Throws: it cannot be started, or does not end well.
  func edit(_ path: String) throws(CommandFailure) {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What we ignore, the editor must not inherit.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGQUIT, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // This thread may hold signals back; a process that does so could not be ended.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    let before = (signal(SIGINT, SIG_IGN), signal(SIGQUIT, SIG_IGN))
    defer {
      signal(SIGINT, before.0)
      signal(SIGQUIT, before.1)
    }
    var pid = pid_t()
    let code = Self.withStrings(words + [path]) { arguments in
      Self.withStrings(ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }) { environment in
        posix_spawnp(&pid, words[0], nil, &attributes, arguments, environment)
      }
    }
    guard code == 0 else {
      throw CommandFailure.failure("could not start \(CheckTable.safe(words[0])): \(String(cString: strerror(code)))")
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else {
        throw CommandFailure.failure("could not wait for the editor: \(String(cString: strerror(errno)))")
      }
    }
    // <sys/wait.h>: the low seven bits are a signal's number, the next eight the exit status.
    guard status == 0 else {
      let how = status & 0x7F == 0 ? "status \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
      throw CommandFailure.failure("\(CheckTable.safe(words[0])) ended with \(how)")
    }
  }

  /// `body` with a NULL-terminated array of C strings, which live as long.
  private static func withStrings<Value>(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
  ) -> Value {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      // Never empty: the end is in it.
      body(buffer.baseAddress!)
    }
  }
}
