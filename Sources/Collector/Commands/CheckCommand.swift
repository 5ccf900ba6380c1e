import ArgumentParser
import Foundation
import Logging
import NIOPosix
import Shared

/// `tikwatch-collector check`: the configuration, then every device step by step.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks the configuration, then each device: name, TCP, TLS, login, rights, each menu.",
    discussion:
      "Exit status: 0 all is well, 1 a device fails, 2 usage, 3 the configuration is wrong. Writes nothing below the root.")

  /// Devices that are tried at the same time.
  private static let width = 64

  @OptionGroup var options: ConfigOptions

  @Argument(help: "Check these devices only.")
  var devices: [String] = []

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    let config = try load()
    for name in devices where !config.devices.contains(where: { $0.name == name }) {
      let hint = nearestKey(to: name, in: config.devices.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
      throw ValidationError("there is no device \"\(name)\" that is polled\(hint)")
    }
    let chosen = config.devices.filter { devices.isEmpty || devices.contains($0.name) }
    let report = CheckReport(try await Self.check(chosen))
    if json {
      try Console.json(report)
    } else {
      for line in CheckTable(isColoured: Self.isTerminal, width: TerminalDisplay.now.width).lines(report) { Console.line(line) }
      if chosen.isEmpty { Console.line("The configuration is fine; no device is configured.") }
    }
    // The report has said it all.
    if !report.ok { throw CommandFailure(status: 1, description: "") }
  }

  private func load() throws -> CollectorConfig {
    do throws(ConfigErrors) {
      let (config, warnings, _) = try options.source.load()
      for warning in warnings {
        FileHandle.standardError.write(Data("\(CollectorCommand.programName): warning: \(warning)\n".utf8))
      }
      return config
    } catch {
      if json { try Console.json(CheckReport.unusable) }
      throw CommandFailure.configuration(error)
    }
  }

  /// All at once, a few dozen at a time; in the order of the configuration.
  private static func check(_ devices: [DeviceConfig]) async throws -> [CheckReport.Device] {
    let resolver = HostResolver()
    let group = MultiThreadedEventLoopGroup.singleton
    // What goes wrong stands in the report.
    let logger = Logger(label: CollectorCommand.programName) { _ in SwiftLogNoOpLogHandler() }
    return try await withThrowingTaskGroup(of: (Int, CheckReport.Device).self) { tasks in
      var results: [CheckReport.Device?] = Array(repeating: nil, count: devices.count)
      for (index, device) in devices.enumerated() {
        if index >= width, let (done, result) = try await tasks.next() { results[done] = result }
        let check = DeviceCheck(device: device, resolver: resolver, eventLoop: group.next(), logger: logger)
        tasks.addTask { (index, try await check.run()) }
      }
      for try await (done, result) in tasks { results[done] = result }
      return results.compactMap { $0 }
    }
  }

  /// Colours are for people: https://no-color.org.
  static var isTerminal: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }
}
