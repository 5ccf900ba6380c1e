import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector show`: the configuration as it applies.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows each device's configuration as it applies after inheritance; secrets are masked.",
    discussion: "Exit status: 0 done, 2 usage, 3 the configuration is wrong.")

  @OptionGroup var options: ConfigOptions

  @Argument(help: "The device: its name, or a piece that occurs in no other name.")
  var device: String?

  @Option(name: [.customLong("entry-name"), .customLong("en", withSingleDash: true)], help: "The device, as MKTXP names it.")
  var entry: String?

  @Flag(
    name: [.customLong("config-paths"), .customLong("cfg", withSingleDash: true)],
    help: "Show where the configuration is instead.")
  var configPaths = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if device != nil, entry != nil { throw ValidationError("the device is named twice") }
  }

  func run() throws {
    if configPaths { return try showPaths() }
    let entries: [ConfigEntry]
    do throws(ConfigErrors) { entries = try options.source.entries() } catch { throw CommandFailure.configuration(error) }
    let name = try (device ?? entry).map { try DeviceName.resolve($0, in: entries.map(\.name)) }
    let chosen = entries.filter { name == nil || $0.name == name }
    if json { return try Console.json(Document(devices: chosen.map(Document.Device.init))) }
    for (index, entry) in chosen.enumerated() {
      if index > 0 { Console.line("") }
      for line in Self.lines(entry) { Console.line(line) }
    }
    if chosen.isEmpty { Console.line("No device is configured.") }
  }

  private func showPaths() throws {
    let source = options.source
    let config: CollectorConfig
    do throws(ConfigErrors) { config = try source.load().config } catch { throw CommandFailure.configuration(error) }
    let files = source.files.filter { FileManager.default.fileExists(atPath: $0) }
    if json { return try Console.json(Paths(configuration: files, storage: config.storage, spool: config.spool)) }
    for file in files { Console.line("configuration: \(file)") }
    Console.line("storage: \(config.storage)")
    Console.line("spool: \(config.spool)")
  }

  /// As a section of a configuration file would say it.
  private static func lines(_ entry: ConfigEntry) -> [String] {
    let width = entry.settings.map { DisplayWidth.of($0.key) + 3 + DisplayWidth.of(SafeText.line($0.value)) }.max() ?? 0
    let lines = entry.settings.map { setting in
      let text = "\(setting.key) = \(SafeText.line(setting.value))"
      let from = setting.section == entry.name ? "" : setting.section.map { "  # [\(SafeText.line($0))]" } ?? "  # built in"
      return "    " + (from.isEmpty ? text : DisplayWidth.pad(text, to: min(width, 40)) + from)
    }
    return ["[\(SafeText.line(entry.name))]" + (entry.isPolled ? "" : "  # not polled: off, or for probes only")] + lines
  }

  private struct Document: Encodable {
    struct Device: Encodable {
      struct Setting: Encodable {
        var value: String
        /// The section; `null`: built in.
        var from: String?
        private enum Key: String, CodingKey { case value, from }
        func encode(to encoder: any Encoder) throws {
          var container = encoder.container(keyedBy: Key.self)
          try container.encode(value, forKey: .value)
          try container.encode(from, forKey: .from)
        }
      }
      var name: String
      var polled: Bool
      var settings: [String: Setting]

      init(_ entry: ConfigEntry) {
        name = entry.name
        polled = entry.isPolled
        settings = Dictionary(entry.settings.map { ($0.key, Setting(value: $0.value, from: $0.section)) }) { first, _ in first }
      }
    }
    var devices: [Device]
  }

  private struct Paths: Encodable {
    var configuration: [String]
    var storage: String
    var spool: String
  }
}

/// `tikwatch-collector info`: what this is, and where it looks.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Says what this program is, and where it looks for its configuration.")

  @OptionGroup var options: ConfigOptions

  func run() throws {
    let source = options.source
    Console.line(
      "Tikwatch collector \(Version.current): polls MikroTik devices and writes what it finds for Tikwatch's web nodes")
    for file in source.files {
      Console.line("configuration: \(file)" + (FileManager.default.fileExists(atPath: file) ? "" : " (not there)"))
    }
    guard let config = try? source.load().config else {
      return Console.line("storage: not known, the configuration cannot be used (tikwatch-collector check says why)")
    }
    Console.line("storage: \(config.storage)")
    Console.line("spool: \(config.spool)")
    Console.line("devices: \(config.devices.count)")
  }
}
