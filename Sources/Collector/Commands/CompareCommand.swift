import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector compare`: MKTXP's metrics against ours.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares the metrics of a running MKTXP with ours, and what dashboards and rules would see.",
    discussion: """
      Ours are the metrics.prom files below the configured root, or what --with names. Devices that only one side has are named, and left \
      out of all else. Exit status: 0 the same, 1 differences or a failure, 2 usage, 3 the configuration is wrong.
      """)

  @Argument(help: "MKTXP's address, such as http://127.0.0.1:49090/metrics, or a file with its answer.")
  var reference: String

  @OptionGroup var options: ConfigOptions

  @Option(
    name: .customLong("with"), help: "Our side: an address or a metrics.prom file, in place of the configured root. Several.")
  var own: [String] = []

  @Option(help: "A Grafana dashboard (JSON) whose queries are looked at. Several.")
  var dashboard: [String] = []

  @Option(help: "A Prometheus rule file (YAML) whose queries are looked at. Several.")
  var rules: [String] = []

  @Option(help: "How far values that move may be apart, as a share (default: 0.1).")
  var tolerance = 0.1

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard tolerance.isFinite, tolerance >= 0, tolerance <= 1 else {
      throw ValidationError("--tolerance is no number from 0 to 1")
    }
  }

  struct Report: Encodable {
    var same: Bool
    var differences: [MetricComparison.Difference]
    var queries: [QueryImpact]
  }

  func run() async throws {
    // A server that goes away while libcurl writes to it.
    signal(SIGPIPE, SIG_IGN)
    let (theirs, ours, queries) = try await BlockingWork.run("compare") {
      let theirs = MetricSet([try Self.text(reference)])
      let sources = own.isEmpty ? try configured() : own
      let ours = MetricSet(try sources.map { try Self.text($0) })
      let queries = try dashboard.flatMap { path in
        try Self.named(path) { bytes throws(DownloadError) in try QueryFiles.dashboard(bytes) }.map { (path, $0) }
      }
      let rules = try rules.flatMap { path in
        try Self.named(path) { bytes throws(DownloadError) in try QueryFiles.rules(bytes) }.map { (path, $0) }
      }
      return (theirs, ours, queries + rules)
    }
    if theirs.families.isEmpty {
      throw CommandFailure.failure("\(shown(reference)) has no metrics of devices: is it MKTXP's? Its address ends in /metrics")
    }
    if ours.families.isEmpty { throw CommandFailure.failure("our side has no metrics yet: has the collector run for a minute?") }
    let comparison = MetricComparison(theirs: theirs, ours: ours, tolerance: tolerance)
    let impacts = queries.compactMap { file, query in
      QueryImpact(query, file: file, theirs: comparison.theirs, ours: comparison.ours)
    }
    let report = Report(
      same: comparison.isSame && impacts.isEmpty, differences: comparison.differences, queries: impacts)
    if json {
      try Console.json(report)
    } else {
      CompareTable(report: report, queries: queries.count, families: comparison.theirs.families.count).lines
        .forEach { Console.line($0) }
    }
    // The report has said it all.
    if !report.same { throw CommandFailure(status: 1, description: "") }
  }

  /// The files of the configured devices. Those that are not there yet are told as missing devices.
  private func configured() throws -> [String] {
    do throws(ConfigErrors) {
      let config = try options.source.load().config
      let directory = DataDirectory(root: config.storage).collector(config.id)
      return config.devices.map { directory.device($0.name).metrics }.filter { FileStamp(path: $0) != nil }
    } catch {
      throw CommandFailure.configuration(error)
    }
  }

  private static func text(_ source: String) throws -> [UInt8] {
    do {
      if DownloadURL.isMeant(by: source) {
        return try Download().fetch(source, accept: "text/plain;version=0.0.4")
      }
      return try BoundedFile.read(ConfigOptions.absolute(source), limit: ExpositionFile.sizeLimit)
    } catch {
      throw CommandFailure.failure("\(error)\(hint(source, "\(error)"))")
    }
  }

  /// What a mistaken address, or MKTXP's own trouble, looks like from here.
  private static func hint(_ source: String, _ error: String) -> String {
    if error.hasSuffix("status 500") {
      return "; MKTXP does so when a device gives a value that is no number: its log tells which"
    }
    if !DownloadURL.isMeant(by: source), source.contains(":") { return "; an address begins with http:// or https://" }
    return ""
  }

  private static func named(
    _ path: String, _ read: ([UInt8]) throws(DownloadError) -> [ForeignQuery]
  ) throws -> [ForeignQuery] {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try BoundedFile.read(ConfigOptions.absolute(path), limit: QueryFiles.sizeLimit) } catch {
      throw CommandFailure.failure(error)
    }
    do throws(DownloadError) { return try read(bytes) } catch {
      throw CommandFailure.failure("could not read queries of \(path): \(error)")
    }
  }

  private func shown(_ source: String) -> String { (try? DownloadURL(source))?.description ?? source }
}

/// The report as people read it.
struct CompareTable {
  let report: CompareCommand.Report
  let queries: Int
  let families: Int

  var lines: [String] {
    var lines: [String] = []
    let width = min(report.differences.map(\.name.count).max() ?? 0, 60)
    for kind in MetricComparison.Kind.allCases {
      for difference in report.differences where difference.kind == kind {
        let name = difference.name.padding(toLength: max(width, difference.name.count), withPad: " ", startingAt: 0)
        let isLabel = kind == .labelMissing || kind == .labelExtra || kind == .type
        let detail = isLabel ? difference.examples.joined() : difference.count > 1 ? "\(difference.count) series" : ""
        let head = kind.rawValue.padding(toLength: 15, withPad: " ", startingAt: 0)
        lines.append(CheckTable.safe("\(head)  \(name)  \(detail)".trimmedEnd))
        if !isLabel { lines += difference.examples.map { "    " + CheckTable.safe($0) } }
      }
    }
    for impact in report.queries {
      lines.append(CheckTable.safe("query changes    \(impact.file): \(impact.place)"))
      lines.append("    " + CheckTable.safe(impact.query))
      lines += impact.reasons.map { "    → " + CheckTable.safe($0) }
    }
    if !lines.isEmpty { lines.append("") }
    let count = report.differences.count { $0.kind != .moved }
    let moved = report.differences.count - count
    lines.append(
      Self.counted(families, "family", "families") + " compared: "
        + (count == 0 ? "no difference" : Self.counted(count, "difference", "differences"))
        + (moved == 0 ? "" : ", " + Self.counted(moved, "family", "families") + " with values that have moved")
        + (queries == 0 ? "" : "; \(report.queries.count) of \(queries) queries would change"))
    if count > 0 { lines.append("What differs on purpose, and why: docs/mktxp-compatibility.md") }
    return lines
  }

  private static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
