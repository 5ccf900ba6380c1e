internal import ArgumentParser
internal import Dispatch
internal import Foundation
internal import Shared

/// Writes plausible past data that the live devices continue without a seam.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Write past data as a collector would have: archives, ledger, events, device.json.",
    discussion: """
      Both come from the same traffic models, so a collector that then polls `run` with the same data continues the files exactly.
      Existing devices are never touched.
      """)

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Root of the handoff files.", valueName: "dir"))
  var storage: String

  @Option(help: ArgumentHelp("Collector whose folder is written.", valueName: "id"))
  var collector = "demo"

  @Option(help: ArgumentHelp("How far back the data reach.", valueName: "n"))
  var days = 30

  @Option(help: ArgumentHelp("compact, standard, full, or archives such as `1s:2d, 1m:1y`.", valueName: "retention"))
  var retention = "standard"

  @Option(help: ArgumentHelp("Epoch at which the data end; now unless given.", valueName: "epoch"))
  var until: Int?

  mutating func validate() throws {
    guard (1...3653).contains(days) else { throw ValidationError("--days \(days): a number from 1 to 3653") }
    do throws(RetentionError) { _ = try Self.retention(retention) } catch {
      throw ValidationError("--retention: \(error.description)")
    }
    if let until, !(TrafficModel.reference...UTCTime.range.upperBound).contains(until) {
      throw ValidationError("--until \(until): epoch seconds from \(TrafficModel.reference) on")
    }
  }

  func run() async throws {
    let file = try data.load()
    // Writing blocks for seconds to minutes: a thread of its own keeps it off the cooperative pool.
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread { done.resume(with: Result { try write(file) }) }
    }
  }

  private func write(_ file: DataFile) throws {
    let retention = try Self.retention(retention)
    let end = until ?? Int(Date().timeIntervalSince1970)
    let path = storage.hasPrefix("/") ? storage : FileManager.default.currentDirectoryPath + "/" + storage
    let directory = DataDirectory(root: path).collector(collector)
    let lock = try FolderLock(directory)
    defer { withExtendedLifetime(lock) {} }
    let plan = HistoryPlan(start: end - days * 86400, until: end, retention: retention, longest: ArchiveWriter().heartbeat)
    let writer = HistoryWriter(directory: directory, retention: retention, plan: plan)
    for device in file.devices {
      try writer.write(device)
      Console.line("written \(device.name): \(device.interfaces.count) interfaces, \(days) days")
    }
  }

  private static func retention(_ text: String) throws(RetentionError) -> Retention {
    if let named = Retention.builtIn.first(where: { $0.name == text }) { return named }
    return try Retention(name: "custom", parsing: text)
  }
}
