import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector storage verify`.
struct StorageVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compares every file below the collector's folder with what it must be; changes nothing.",
    discussion: "May run beside a collector. Exit status 1 when there are problems.")

  @OptionGroup var options: StorageOptions

  @Flag(help: "The findings as JSON.")
  var json = false

  @Flag(help: "Problems only.")
  var quiet = false

  func run() async throws {
    let context = try options.load()
    var report = try await look(context)
    if report.isAlive, !report.problemPaths.isEmpty {
      // What a collector was just writing is sound a moment later.
      try await Task.sleep(for: .seconds(2))
      let again = try await look(context)
      report.findings = again.findings.map { finding in
        report.problemPaths.contains(finding.path)
          ? finding : StorageFinding(path: finding.path, kind: finding.kind, bytes: finding.bytes)
      }
    }
    if json { try Console.json(report) } else { show(report) }
    let count = report.problemPaths.count
    if count > 0 { throw CommandFailure.failure("\(count) \(count == 1 ? "file has a problem" : "files have problems")") }
  }

  private func look(_ context: StorageContext) async throws -> VerifyReport {
    try await BlockingWork.run("verify") {
      do throws(FileError) {
        let verifier = try StorageVerifier.run(context, now: Date().timeIntervalSince1970)
        return VerifyReport(folder: context.directory.path, isAlive: verifier.isAlive, findings: verifier.findings)
      } catch {
        throw CommandFailure.failure(error)
      }
    }
  }

  private func show(_ report: VerifyReport) {
    for finding in report.findings {
      guard finding.status == .problem || !quiet else { continue }
      if finding.problems.isEmpty {
        Console.line("\(finding.status == .ok ? "ok      " : "aside   ") \(finding.path)")
      }
      for problem in finding.problems {
        Console.line("problem  \(finding.path): \(problem.text)")
        Console.line("         \(problem.advice)")
      }
    }
    let counts = report.counts
    Console.line("\(report.folder): \(counts.ok) ok, \(counts.aside) put aside, \(counts.problem) with problems")
  }
}

/// What `verify --json` prints.
struct VerifyReport: Encodable, Sendable {
  struct Counts: Encodable, Sendable {
    var ok: Int
    var aside: Int
    var problem: Int
  }

  var folder: String
  /// A collector is at work in the folder.
  var isAlive: Bool
  var findings: [StorageFinding]

  var problemPaths: Set<String> { Set(findings.filter { $0.status == .problem }.map(\.path)) }

  var counts: Counts {
    func count(_ status: StorageFinding.Status) -> Int { findings.count { $0.status == status } }
    return Counts(ok: count(.ok), aside: count(.aside), problem: count(.problem))
  }

  private enum CodingKeys: String, CodingKey { case ok, folder, running, counts, files }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(problemPaths.isEmpty, forKey: .ok)
    try values.encode(folder, forKey: .folder)
    try values.encode(isAlive, forKey: .running)
    try values.encode(counts, forKey: .counts)
    try values.encode(findings, forKey: .files)
  }
}
