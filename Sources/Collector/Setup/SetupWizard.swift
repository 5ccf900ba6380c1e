import Foundation
import SecureTransport
import Shared

/// Asks, tests what was answered, asks again where a test fails, and writes at the end. What was given as an option is not asked.
struct SetupWizard: Sendable {
  /// What was given as options; `nil`: to be asked, or the default where nobody can be asked.
  struct Given: Sendable {
    var name, host, username, authorities, fingerprint, interfaces, id: String?
    var port: Int?
    var transport: SetupTransport?
    var password: Secret?
    var generatesPassword = false
    var replaces = false
    var tests = true
  }

  let given: Given
  let isInteractive: Bool
  var file: SetupFile
  var answers = SetupAnswers()
  /// What was tried last.
  private var tried: (transport: SetupTransport, port: Int)?
  let terminal = Dialogue()
  let probe = SetupProbe()

  init(_ given: Given, file: SetupFile, isInteractive: Bool) {
    (self.given, self.file, self.isInteractive) = (given, file, isInteractive)
  }

  mutating func run() async throws {
    if isInteractive {
      terminal.begin()
      terminal.say(file.isNew ? "A new configuration: \(file.path)" : "A device for \(file.path)")
      terminal.say("Enter takes what stands in brackets; Ctrl-C leaves everything as it is.\n")
    }
    try await askPlace()
    try await askName()
    try await askDevice()
    try await askUser()
    try await write()
  }

  // MARK: The file and the name

  private mutating func askPlace() async throws {
    guard file.isNew else { return }
    file.id = try await answer(given.id, "Name of this collector, its folder below the root", preset: file.id)
    let folder = try await answer(file.storage, "Folder that the web nodes read (the root)", preset: "/srv/tikwatch")
    file.storage = ConfigOptions.absolute(folder)
  }

  private mutating func askName() async throws {
    while true {
      answers.name = try await answer(given.name, "Name of the device")
      var problem: String?
      if answers.name.isEmpty {
        problem = "a name is needed"
      } else if file.has(answers.name), !given.replaces {
        problem = "[\(answers.name)] exists already in \(file.path); --replace replaces it"
      } else if ["default", "collector", "new_default_parameters"].contains(answers.name) {
        problem = "[\(answers.name)] has a meaning of its own"
      }
      guard let problem else { return }
      try retry(problem, isAsked: given.name == nil)
    }
  }

  // MARK: Host and transport

  private mutating func askDevice() async throws {
    while true {
      let host = answers.host.isEmpty ? nil : answers.host
      answers.host = try await answer(given.host, "Address or name of the device (e.g. 192.168.88.1)", preset: host)
      try await askTransport()
      answers.fingerprint = given.fingerprint
      if try await isReached() { return }
      guard isInteractive, given.host == nil || given.transport == nil || given.port == nil else { throw Self.failed }
      terminal.say("\nAnother try:")
    }
  }

  private mutating func askTransport() async throws {
    if let transport = given.transport {
      answers.transport = transport
    } else if isInteractive {
      terminal.say("\nHow to connect:")
      for (index, transport) in SetupTransport.allCases.enumerated() {
        terminal.tell(transport.text, behind: "  \(index + 1)  ")
      }
      let before = SetupTransport.allCases.firstIndex(of: answers.transport) ?? 0
      while true {
        let text = try await terminal.ask("Number", preset: String(before + 1))
        if let number = Int(text), SetupTransport.allCases.indices.contains(number - 1) {
          answers.transport = SetupTransport.allCases[number - 1]
          break
        }
        terminal.say("1 to \(SetupTransport.allCases.count), please.")
      }
    }
    while true {
      let preset = tried.map { ($0.transport == .plain) == (answers.transport == .plain) } == true ? tried?.port : nil
      let text = try await answer(given.port.map(String.init), "Port", preset: String(preset ?? answers.transport.port))
      if let port = Int(text), (1...65535).contains(port) {
        answers.port = port
        tried = (answers.transport, port)
        break
      }
      try retry("\"\(text)\" is no port from 1 to 65535", isAsked: given.port == nil)
    }
    try await askAuthorities()
  }

  private mutating func askAuthorities() async throws {
    answers.authorities = given.authorities
    guard answers.transport == .verify, given.authorities == nil, isInteractive else { return }
    let text = try await terminal.ask("PEM file of the authority (empty: those of this host)")
    answers.authorities = text.isEmpty ? nil : ConfigOptions.absolute(text)
  }

  /// Whether the device was reached and, where it is to be pinned, its certificate is the right one.
  private mutating func isReached() async throws -> Bool {
    let mustAsk = answers.transport == .pin && answers.fingerprint == nil
    guard given.tests || mustAsk else { return true }
    var probed = answers
    // To see a certificate, any must do first.
    if mustAsk { probed.transport = .any }
    guard let device = try candidate(probed) else { return false }
    var found = try await probe.reach(device)
    // That any certificate will do is for this once.
    if mustAsk {
      for index in found.report.steps.indices where found.report.steps[index].step == .tls {
        found.report.steps[index].hint = nil
      }
    }
    show(found.report)
    guard found.report.ok else { return false }
    guard mustAsk, let certificate = found.certificate else { return true }
    terminal.say()
    terminal.tell("The device's certificate is for \(CheckTable.safe(certificate.holder)), its SHA-256 fingerprint")
    terminal.say("  \(certificate.fingerprint)")
    terminal.say("\"/certificate print detail\" on the device shows it too.")
    if isInteractive {
      guard try await terminal.confirm("Is it the same, and to be the only one accepted?", preset: false) else { return false }
    }
    answers.fingerprint = "\(certificate.fingerprint)"
    return true
  }

  /// The device as these answers make it; `nil` when they do not, after saying why.
  private func candidate(_ answers: SetupAnswers) throws -> DeviceConfig? {
    do throws(ConfigErrors) { return try file.with(answers).device } catch {
      guard isInteractive else { throw CommandFailure.failure(error) }
      terminal.say("\(error)")
      return nil
    }
  }

  // MARK: User

  private mutating func askUser() async throws {
    while true {
      answers.username = try await answer(given.username, "\nUser on the device", preset: answers.username)
      try await askPassword()
      guard given.tests, let device = try candidate(answers) else { break }
      let found = try await probe.logIn(device)
      show(found.report)
      if found.report.ok {
        if found.version?.hasPrefix("6.") == true, found.interfaces.contains(where: { $0.type == "lte" }) {
          terminal.say("For LTE, RouterOS 6 wants one policy more:\n  \(RouterOSUser.testLine(group: RouterOSUser.group))")
        }
        return try await askInterfaces(found.interfaces)
      }
      guard isInteractive, given.password == nil || given.username == nil else { throw Self.failed }
      terminal.say("\nAnother try:")
    }
    try await askInterfaces([])
  }

  private mutating func askPassword() async throws {
    if let password = given.password {
      answers.password = password
      return
    }
    if isInteractive, !given.generatesPassword {
      answers.password = try await terminal.askSecret("Password (empty: make a strong one, and the lines for a new user)")
      if !answers.password.reveal().isEmpty { return }
    }
    var random = SystemRandomNumberGenerator()
    answers.password = RouterOSUser.newPassword(using: &random)
    let user = RouterOSUser(
      name: answers.username, password: answers.password, transport: answers.transport, port: answers.port)
    terminal.say("\nEnter at the device's terminal:\n")
    for line in user.lines { terminal.say("  " + line) }
    terminal.say()
    if isInteractive, given.tests { _ = try await terminal.ask("Enter when that is done") }
  }

  // MARK: Interfaces

  private mutating func askInterfaces(_ rows: [InterfaceRow]) async throws {
    if isInteractive, given.interfaces == nil, !rows.isEmpty {
      terminal.say("\nIts interfaces:")
      let width = min(rows.map(\.name.count).max() ?? 0, 32)
      for (index, row) in rows.enumerated() {
        let number = String(repeating: " ", count: max(0, 4 - "\(index + 1)".count)) + "\(index + 1)"
        let name = row.name.padding(toLength: max(width, row.name.count), withPad: " ", startingAt: 0)
        let notes = [row.type, row.isDynamic ? "dynamic" : nil, row.isRunning == false ? "not running" : nil, row.comment]
        terminal.say(CheckTable.safe("\(number)  \(name)  \(notes.compactMap { $0 }.joined(separator: ", "))"))
      }
    }
    if isInteractive, given.interfaces == nil { terminal.tell("To be recorded: \(InterfaceChoice.usage).") }
    while true {
      let text = try await answer(given.interfaces, "Record which", preset: "all")
      do throws(ConfigProblem) {
        let patterns = try InterfaceChoice.patterns(text, rows.map(\.name))
        let filter = try InterfaceFilter(parsing: patterns)
        let count = rows.count {
          filter.matches(name: $0.name, comment: $0.comment, type: $0.type, isDynamic: $0.isDynamic)
        }
        guard count > 0 || rows.isEmpty else { throw ConfigProblem("none of \(rows.count) interfaces is meant by this") }
        answers.interfaces = patterns
        if !rows.isEmpty { terminal.say("\(count) of \(rows.count) interfaces will be recorded.") }
        return
      } catch {
        try retry(error.problem + (error.allowed.map { "; allowed: \($0)" } ?? ""), isAsked: given.interfaces == nil)
      }
    }
  }

  // MARK: The end

  private func write() async throws {
    var shown = answers
    shown.password = Secret(Secret.redacted)
    do throws(ConfigProblem) {
      terminal.say("\n" + (try shown.lines(defaults: file.defaults)).joined(separator: "\n") + "\n")
    } catch { throw CommandFailure.failure("[\(answers.name)]: \(error.problem)") }
    if isInteractive, !(try await terminal.confirm("Write this to \(file.path)?", preset: true)) {
      throw CommandFailure(status: 1, description: "nothing was written")
    }
    terminal.end()
    try file.write(answers)
    let option = file.path == ConfigSource.defaultFile ? "" : " --config \(file.path)"
    terminal.say("Written. Next:")
    if file.isNew, let storage = file.storage, !FileManager.default.fileExists(atPath: storage) {
      terminal.say("  mkdir -p \(storage)")
    }
    terminal.say("  \(CollectorCommand.programName) check\(option)")
    terminal.say("  \(CollectorCommand.programName) run\(option)")
    if !file.isNew { terminal.say("A collector that runs already takes the device over within 5 s.") }
  }

  private static let failed = CommandFailure(status: 1, description: "the device fails the test above; nothing was written")

  private func answer(_ given: String?, _ question: String, preset: String? = nil) async throws -> String {
    if let given { return given }
    if isInteractive { return try await terminal.ask(question, preset: preset) }
    return preset ?? ""
  }

  /// Says what is wrong and lets the question be asked again, where somebody can be asked.
  private func retry(_ problem: String, isAsked: Bool) throws {
    guard isInteractive, isAsked else { throw CommandFailure.failure(problem) }
    terminal.tell(problem)
  }

  private func show(_ report: CheckReport.Device) {
    terminal.say()
    for line in CheckTable(isColoured: CheckCommand.isTerminal, width: TerminalDisplay.now.width).lines(CheckReport([report])) {
      terminal.say(line)
    }
  }
}
