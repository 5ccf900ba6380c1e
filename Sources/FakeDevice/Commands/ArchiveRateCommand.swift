internal import ArgumentParser
internal import Foundation
internal import Shared

/// Writes to one archive as fast as it goes, as the collector does: for the benchmark of it.
struct ArchiveRateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive-rate",
    abstract: "Write to one archive as fast as it goes, the way the collector does, and print how fast that was.",
    discussion: "Made where it is not there (retention standard). Prints one JSON object: samples, seconds, cpu (seconds).")

  @Option(help: ArgumentHelp("The archive.", valueName: "path")) var file: String
  @Option(help: "Samples of one write.") var batch = 1
  @Option(help: "How long.") var seconds = 1.0

  mutating func validate() throws {
    guard (1...3600).contains(batch), seconds > 0, seconds <= 3600 else {
      throw ValidationError("--batch \(batch) --seconds \(seconds): 1 to 3600 samples, at most 3600 seconds")
    }
  }

  func run() throws {
    let writer = ArchiveWriter()
    var rows: [ArchiveRow] = []
    do throws(ArchiveError) {
      if !FileManager.default.fileExists(atPath: file) {
        try writer.create(at: file, retention: .standard, start: 1_700_000_000)
      }
      var time = try ArchiveReader().header(at: file).lastUpdate
      let clock = ContinuousClock()
      let (start, busy) = (clock.now, Self.processor)
      let end = start + .seconds(seconds)
      var samples = 0
      repeat {
        rows.removeAll(keepingCapacity: true)
        for _ in 0..<batch {
          time += 1
          rows.append(ArchiveRow(time: time, rx: Double(time % 900_000) * 977, tx: Double(time % 90_000) * 613))
        }
        try writer.append(rows, to: file)
        samples += batch
      } while clock.now < end
      let took = (clock.now - start) / .seconds(1)
      Console.line("{\"samples\":\(samples),\"seconds\":\(took),\"cpu\":\(Self.processor - busy)}")
    } catch {
      throw Failure(error.description)
    }
  }

  /// Seconds of processor time so far.
  private static var processor: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
