internal import ArgumentParser
internal import Foundation
internal import Shared

/// Says what a client should have seen.
struct TruthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "truth", abstract: "Print the exact bytes of an interface between two times.",
    discussion: "Prints `rx BYTES` and `tx BYTES`; with --json an object that also has the counters at both ends.")

  @OptionGroup var data: DataOptions
  @Option(help: "Name of the device.") var device: String
  @Option(help: "Name of the interface.") var interface: String
  @Option(help: ArgumentHelp("Epoch seconds, decimals allowed.", valueName: "epoch")) var from: Double
  @Option(help: ArgumentHelp("Epoch seconds, decimals allowed.", valueName: "epoch")) var to: Double
  @Flag(help: "Print JSON.") var json = false

  mutating func validate() throws {
    let allowed = 0...Double(UTCTime.range.upperBound)
    guard allowed.contains(from), allowed.contains(to), from <= to else {
      throw ValidationError("--from \(from) --to \(to): epoch seconds, --from not after --to")
    }
  }

  func run() async throws {
    let file = try data.load()
    guard let device = file.devices.first(where: { $0.name == device }) else { throw Failure("there is no device \"\(device)\"") }
    guard let interface = device.interfaces.first(where: { $0.name == interface }) else {
      throw Failure("device \"\(device.name)\" has no interface \"\(interface)\"")
    }
    let counters = interface.counters(boots: device.boots(started: 0))
    let rx = counters.rx.bytes(from: from, to: to)
    let tx = counters.tx.bytes(from: from, to: to)
    guard json else {
      Console.line("rx \(rx)\ntx \(tx)")
      return
    }
    let first = counters.bytes(at: from)
    let last = counters.bytes(at: to)
    Console.line(
      """
      {"rx":\(rx),"tx":\(tx),"from":{"rxCounter":\(first.rx),"txCounter":\(first.tx)},\
      "to":{"rxCounter":\(last.rx),"txCounter":\(last.tx)}}
      """)
  }
}
