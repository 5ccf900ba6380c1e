import ArgumentParser
import Foundation
import Logging
import NIOPosix
import Shared
import UnixSignals

/// `tikwatch-collector print`, which MKTXP calls `diag`.
struct PrintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "print", abstract: "Prints what a device lists now: clients, leases, connections, links.",
    discussion: """
      The device is asked directly. MKTXP's flags work too: -en NAME -cc.
      Exit status: 0 done, also where there is nothing to list, 1 the device fails, 2 usage, 3 configuration.
      """, aliases: ["diag"])

  @OptionGroup var options: ConfigOptions
  @OptionGroup(title: "What to print") var what: PrintSubjectOptions
  @OptionGroup(title: "Filters") var filters: PrintFilterOptions

  @Argument(help: "The device: its name, or a piece that occurs in no other name.")
  var device: String?

  @Option(name: [.customLong("entry-name"), .customLong("en", withSingleDash: true)], help: "The device, as MKTXP names it.")
  var entry: String?

  @Flag(help: "Print an array of objects; numbers in bit/s, seconds, dBm.")
  var json = false

  @Flag(help: "Print CSV; numbers as in JSON.")
  var csv = false

  @Option(help: ArgumentHelp("Print again every so many seconds, in place, until Ctrl-C.", valueName: "seconds"))
  var watch: Double?

  func validate() throws {
    if device != nil, entry != nil { throw ValidationError("the device is named twice") }
    if json, csv { throw ValidationError("--json and --csv exclude each other") }
    if let watch, !(0.5...86400).contains(watch) { throw ValidationError("--watch takes 0.5 to 86400 seconds") }
    _ = try what.subject(filters)
    _ = try filters.tableFilter()
  }

  func run() async throws {
    let config: CollectorConfig
    let defaults: FilterDefaults
    do throws(ConfigErrors) {
      let source = options.source
      config = try source.load().config
      defaults = try source.filterDefaults()
    } catch {
      throw CommandFailure.configuration(error)
    }
    let name = try DeviceName.resolve(device ?? entry, in: config.devices.map(\.name))
    guard let found = config.devices.first(where: { $0.name == name }) else { return }
    // What goes wrong is told here, in one place.
    let logger = Logger(label: CollectorCommand.programName) { _ in SwiftLogNoOpLogHandler() }
    let session = PrintSession(found, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
    let output = PrintOutput(
      subject: try what.subject(filters), filter: try filters.tableFilter(defaults), format: json ? .json : csv ? .csv : .table)
    do {
      if let watch {
        try await PrintWatch(session: session, output: output, seconds: watch).run()
      } else {
        try await once(session, output)
      }
    } catch let error as RouterOSError {
      await session.close()
      throw CommandFailure.failure("\(name): \(error)")
    }
    await session.close()
  }

  private func once(_ session: PrintSession, _ output: PrintOutput) async throws {
    var output = output
    output.terminal = .now
    let readout = try await session.ask(output.subject)
    Console.line(try output.text(readout))
    let missing = output.missingLists(readout)
    if !missing.isEmpty {
      let names = missing.map(SafeText.line).joined(separator: ", ")
      Console.warn("Warning: The following address lists were not found: \(names)")
    }
    // What there was has been printed; that it is not all must be known.
    let problems = readout.problems
    if !problems.isEmpty {
      throw CommandFailure(status: 1, description: problems.map(\.description).joined(separator: "\n"))
    }
  }
}

/// `--watch`: prints again and again until a signal ends it.
struct PrintWatch {
  let session: PrintSession
  let output: PrintOutput
  let seconds: Double

  /// - Throws: what made the first attempt fail; later ones are told and tried again.
  func run() async throws {
    let isScreen = output.format == .table && TerminalDisplay.now.isTerminal
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    // Whatever is wrong with the device shows before the screen is taken.
    var first = output
    first.terminal = .now
    var last = try first.text(try await session.ask(output.subject), isCompact: true)
    if isScreen { Console.write(TerminalScreen.enter) }
    let final = try await withThrowingTaskGroup(of: String?.self) { group in
      group.addTask {
        for await _ in signals { return nil }
        return nil
      }
      group.addTask { [last] in try await rounds(isScreen, last) }
      while let result = try await group.next() {
        // The other task ends with what it showed last.
        group.cancelAll()
        if let result { return String?.some(result) }
      }
      return nil
    }
    if let final { last = final }
    if isScreen { Console.write(TerminalScreen.leave) }
    if isScreen { Console.line(last) }
  }

  /// Returns what was printed last, when cancelled.
  private func rounds(_ isScreen: Bool, _ first: String) async throws -> String {
    var last = first
    var problem: String?
    while true {
      show(last, problem, isScreen)
      do {
        try await Task.sleep(for: .seconds(seconds))
        var output = output
        output.terminal = .now
        let readout = try await session.ask(output.subject)
        last = try output.text(readout, isCompact: true)
        problem = readout.problems.first.map(\.description)
      } catch is CancellationError {
        return last
      } catch let error as RouterOSError {
        problem = error.description
      }
    }
  }

  private func show(_ text: String, _ problem: String?, _ isScreen: Bool) {
    guard isScreen else {
      if let problem { Console.warn(problem) } else { Console.line(text) }
      return
    }
    let terminal = TerminalDisplay.now
    let width = terminal.width ?? 80
    let status = problem.map { TerminalStyle.bad.applied(to: DisplayWidth.cut(SafeText.line($0), to: width)) }
    let lines = (status.map { [$0, ""] } ?? []) + text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    Console.write(TerminalScreen.drawing(lines, height: terminal.height ?? 24))
  }
}
