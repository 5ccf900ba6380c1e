import Shared

/// What a single file must be. Each check reads the file and tells what is wrong with it. Blocking.
struct FileChecks: Sendable {
  let context: StorageContext
  let now: Double

  typealias Problem = StorageFinding.Problem

  /// A clock may be wrong by so much without being called broken, seconds.
  private static let clockError = 3600.0

  // MARK: Archives

  func archive(_ path: String, device folder: String, key: String) -> [Problem] {
    let header: ArchiveHeader
    do throws(ArchiveError) { header = try ArchiveReader().header(at: path) } catch {
      switch error.code {
      case .corrupt: return [.repairable(error.detail, .putAside)]
      case .foreign: return [Problem(error.detail, "move it away: the collector does so itself, and begins a new one")]
      case .missing, .notRegularFile, .permission, .exists, .locked, .busy, .full, .badPath, .badRequest, .io, .drawing:
        return [Problem(error.detail, error.advice)]
      }
    }
    var problems: [Problem] = []
    if !header.isWritable {
      problems.append(Problem("its data sources are not plain rates (GAUGE)", "move it away: rows cannot be added to it"))
    }
    if Double(header.lastUpdate) > now + Self.clockError {
      problems.append(
        Problem(
          "its last update is \(header.lastUpdate), \(header.lastUpdate - Int(now)) s in the future",
          "correct the clock; rows are taken again when that time has come, or move the file away"))
    }
    if let wanted = retention(device: folder, key: key), !header.matches(wanted) {
      let name = context.retentions[wanted.name] == wanted ? "\(wanted.name) (\(wanted.text))" : wanted.text
      problems.append(
        Problem(
          "it keeps \(header.retentionText) and not what is configured, \(name)",
          "stop the collector and run 'storage migrate', or configure what it keeps"))
    }
    return problems
  }

  /// What a file of this interface should keep; `nil`: nobody says.
  private func retention(device folder: String, key: String) -> Retention? {
    if let device = context.device(folder: folder) { return device.retention }
    guard let directory = context.directory.device(folder: folder) else { return nil }
    // A device that is not configured any more: what its files were made for.
    let file = try? DeviceFile.read(directory.deviceFile)  // what is wrong with it is its own finding
    return file?.interfaces[key]?.retention.flatMap { context.retentions[$0] }
  }

  // MARK: Lines

  /// - Returns: what is wrong with lines, and the bytes for further checks.
  func lines(_ path: String, _ format: SoundLines.Format) -> (problems: [Problem], lines: SoundLines?) {
    do throws(FileError) {
      let lines = SoundLines(try BoundedFile.read(path, limit: format.sizeLimit), format)
      return (lines.problems, lines)
    } catch {
      return ([Self.unreadable(error)], nil)
    }
  }

  /// The rows of a month, added to the chain of the months before.
  func ledger(_ path: String, month: String, _ chain: inout LedgerChain) -> [Problem] {
    let (found, lines) = lines(path, .ledger)
    var faults: [String] = []
    for line in lines?.kept.split(separator: UInt8(ascii: "\n")).dropFirst() ?? [] {
      guard let row = LedgerRow(line: String(decoding: line, as: UTF8.self)) else { continue }
      if UTCTime.month(row.start) != month { faults.append("\(row.start): belongs into \(UTCTime.month(row.start)).csv") }
      faults += chain.add(row)
    }
    guard let first = faults.first else { return found }
    let more = faults.count > 1 ? " (and \(faults.count - 1) more rows)" : ""
    return found + [
      Problem(first + more, "compare with the journal, a replica or a backup, and correct the rows by hand: no total is guessed")
    ]
  }

  // MARK: Whole files

  func device(_ path: String, folder: String) -> [Problem] {
    checked { () throws(FileError) in
      if let problem = try Self.unknownFormat(path, DeviceFile.knownFormats, limit: DeviceFile.sizeLimit) { return [problem] }
      let file = try DeviceFile.read(path)
      guard FolderName.escape(file.device) != folder else { return [] }
      return [Problem("it is that of the device \"\(file.device)\"", "move the folder to where it belongs")]
    }
  }

  func heartbeat(_ path: String) -> [Problem] {
    checked { () throws(FileError) in
      if let problem = try Self.unknownFormat(path, Heartbeat.knownFormats, limit: Heartbeat.sizeLimit) { return [problem] }
      let heartbeat = try Heartbeat.read(path)
      guard DataDirectory(root: context.root).collector(heartbeat.collector).path != context.directory.path else { return [] }
      return [Problem("it is that of the collector \"\(heartbeat.collector)\"", "move the folder to where it belongs")]
    }
  }

  func metrics(_ path: String) -> [Problem] {
    checked { () throws(FileError) in
      let bytes = try BoundedFile.read(path, limit: 64 << 20)
      guard let fault = MetricsText.fault(String(decoding: bytes, as: UTF8.self)) else { return [] }
      return [.repairable(fault, .putAside)]
    }
  }

  func tables(_ path: String) -> [Problem] {
    checked { () throws(FileError) in
      try Self.unknownFormat(path, TablesFile.knownFormats, limit: TablesFile.sizeLimit).map { [$0] } ?? []
    }
  }

  private struct Head: Decodable { var format: Int }

  /// A later version's file is whole: it is not put aside.
  private static func unknownFormat(_ path: String, _ known: ClosedRange<Int>, limit: Int) throws(FileError) -> Problem? {
    let format = try JSONFile.read(Head.self, path, limit: limit).format
    return known.contains(format)
      ? nil : Problem("format \(format) is not known to this version", "use the version that wrote it")
  }

  private func checked(_ body: () throws(FileError) -> [Problem]) -> [Problem] {
    do throws(FileError) { return try body() } catch { return [Self.unreadable(error)] }
  }

  static func unreadable(_ error: FileError) -> Problem {
    switch error.code {
    case .malformed: .repairable(error.reason, .putAside)
    case .tooLarge: Problem("too large: \(error.reason)", "readers refuse it: move it away, or shorten it by hand")
    case .notRegular: .repairable(error.reason, .putAside)
    case .permission: Problem(error.reason, "check owner and mode of the file and its folders")
    case .missing, .full, .readOnly, .changed, .other: Problem(error.description, "check the disk or the network mount")
    }
  }
}

extension SoundLines.Format {
  /// The largest file that is read.
  var sizeLimit: Int {
    switch self {
    case .ledger: LedgerFile.sizeLimit
    case .events: EventLine.sizeLimit
    case .journal: JournalReplay.sizeLimit
    }
  }
}

/// The outer form of `metrics.prom`.
enum MetricsText {
  /// What is wrong with it; `nil` when nothing is.
  static func fault(_ text: String) -> String? {
    guard text.hasSuffix("\n") else { return text.isEmpty ? "it is empty" : "the last line is not finished" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    guard let first = lines.first, first.hasPrefix("# written "), Double(first.dropFirst(10)) != nil else {
      return "the first line does not say when it was written"
    }
    for (index, line) in lines.enumerated() where !line.hasPrefix("#") {
      let name = line.prefix { $0 != "{" && $0 != " " }
      let value = line.split(separator: " ").last.flatMap { Double($0) }
      if !MetricName.isValidMetric(name) || value == nil { return "line \(index + 1) is no sample" }
    }
    return nil
  }
}
