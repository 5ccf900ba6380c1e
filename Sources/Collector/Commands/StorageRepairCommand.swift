import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector storage repair`.
struct StorageRepairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Mends what can be mended without losing data.",
    discussion: """
      Files that cannot be read are put aside as NAME.corrupt-EPOCH, unfinished and unreadable lines are taken out of ledgers, events \
      and journals with the original kept beside, and what an interrupted writer left is removed. The collector must not run.
      """)

  @OptionGroup var options: StorageOptions

  @Flag(help: "Show what would be done and change nothing.")
  var dryRun = false

  func run() async throws {
    let context = try options.load()
    let isDry = dryRun
    let (lines, failures) = try await BlockingWork.run("repair") { () -> ([String], [String]) in
      let now = Date().timeIntervalSince1970
      let lock = try isDry ? nil : MaintenanceLock(context.directory, host: HostIdentity.shortName, now: now)
      return try withExtendedLifetime(lock) { try Self.repair(context, isDry: isDry, now: now) }
    }
    for line in lines { Console.line(line) }
    if !failures.isEmpty { throw CommandFailure.failure(failures.joined(separator: "\n")) }
  }

  private static func repair(_ context: StorageContext, isDry: Bool, now: Double) throws -> (lines: [String], failures: [String])
  {
    let findings: [StorageFinding]
    do throws(FileError) { findings = try StorageVerifier.run(context, now: now, isAlive: isDry ? nil : false).findings } catch {
      throw CommandFailure.failure(error)
    }
    let repair = StorageRepair(directory: context.directory, now: now)
    var lines: [String] = []
    var failures: [String] = []
    for step in StorageRepair.plan(findings) {
      guard !isDry else {
        lines.append("would " + step.text)
        continue
      }
      do throws(FileError) {
        let target = try repair.perform(step)
        lines.append(step.text + (target.map { " (the original: \($0))" } ?? ""))
      } catch {
        failures.append("\(error)")
      }
    }
    if lines.isEmpty, failures.isEmpty { lines.append("nothing to repair") }
    let left = findings.flatMap { finding in finding.problems.filter { $0.remedy == nil }.map { (finding.path, $0) } }
    for (path, problem) in left { lines.append("left to you: \(path): \(problem.text): \(problem.advice)") }
    return (lines, failures)
  }
}
