import Glibc
import Shared

/// Goes through everything below a collector's folder and compares it with what belongs there. Changes nothing, follows no link,
/// waits for no FIFO. Blocking.
struct StorageVerifier {
  typealias Problem = StorageFinding.Problem

  let context: StorageContext
  let now: Double
  /// A collector is at work: files in the making are no leftovers while they are young.
  let isAlive: Bool
  private let checks: FileChecks
  private(set) var findings: [StorageFinding] = []

  /// Seconds after which a file in the making is called a leftover while a collector is at work.
  private static let makingTime = 60.0

  /// - Parameter isAlive: `nil`: as the heartbeat says.
  init(_ context: StorageContext, now: Double, isAlive: Bool? = nil) {
    self.context = context
    self.now = now
    self.isAlive = isAlive ?? Self.isAlive(context.directory, now: now)
    checks = FileChecks(context: context, now: now)
  }

  private static func isAlive(_ directory: CollectorDirectory, now: Double) -> Bool {
    // What is wrong with the heartbeat is a finding of its own.
    guard let heartbeat = try? Heartbeat.read(directory.heartbeat), let written = heartbeat.writtenEpoch,
      abs(now - written) < CollectorLock.heartbeatLife
    else { return false }
    guard heartbeat.host == HostIdentity.shortName, let pid = pid_t(exactly: heartbeat.pid), pid > 0 else { return true }
    return kill(pid, 0) == 0 || errno == EPERM
  }

  /// - Throws: the folder itself cannot be looked at.
  static func run(_ context: StorageContext, now: Double, isAlive: Bool? = nil) throws(FileError) -> StorageVerifier {
    var verifier = StorageVerifier(context, now: now, isAlive: isAlive)
    let path = context.directory.path
    guard let entry = try FileStatus(ifAny: path) else {
      throw FileError(.missing, "verify", path, "no such folder: nothing was written yet")
    }
    guard entry.kind == .folder else { throw FileError(.notRegular, "verify", path, "not a folder; links are not followed") }
    for name in try BoundedFile.list(path) { verifier.top(name) }
    return verifier
  }

  private mutating func top(_ name: String) {
    switch name {
    case ".lock": file(name, .lock) { _, _ in [] }
    case "heartbeat.json": file(name, .heartbeat) { checks, path in checks.heartbeat(path) }
    case "live":
      folder(name, isContent: JournalReplay.isJournal) { verifier, path in
        verifier.file(path, .journal) { checks, path in checks.lines(path, .journal).problems }
      }
    case "devices":
      for device in list(name) {
        if FolderName.isValid(device), isFolder(name + "/" + device) {
          self.device(device, at: name + "/" + device)
        } else {
          stranger(name + "/" + device, FileRole(device) { _ in false })
        }
      }
    default: stranger(name, FileRole(name) { $0 == "heartbeat.json" || $0 == ".lock" })
    }
  }

  private mutating func device(_ device: String, at path: String) {
    for name in list(path) {
      let place = path + "/" + name
      switch name {
      case "device.json": file(place, .device) { checks, path in checks.device(path, folder: device) }
      case "metrics.prom": file(place, .metrics) { checks, path in checks.metrics(path) }
      case "tables.json": file(place, .tables) { checks, path in checks.tables(path) }
      case "events":
        folder(place, isContent: Self.isEvents) { verifier, path in
          verifier.file(path, .events) { checks, path in checks.lines(path, .events).problems }
        }
      case "interfaces":
        folder(place, isContent: Self.isArchive) { verifier, path in
          let key = String(path.split(separator: "/").last?.dropLast(4) ?? "")
          verifier.file(path, .archive) { checks, path in checks.archive(path, device: device, key: key) }
        }
      case "usage": usage(place)
      default: stranger(place, FileRole(name) { ["device.json", "metrics.prom", "tables.json"].contains($0) })
      }
    }
  }

  private mutating func usage(_ path: String) {
    for key in list(path) {
      let place = path + "/" + key
      guard FolderName.isValid(key), isFolder(place) else {
        stranger(place, FileRole(key) { _ in false })
        continue
      }
      var chain = LedgerChain()
      folder(place, isContent: Self.isLedger) { verifier, path in
        let month = String(path.split(separator: "/").last?.dropLast(4) ?? "")
        verifier.file(path, .ledger) { checks, path in checks.ledger(path, month: month, &chain) }
      }
    }
  }

  // MARK: Names

  static func isArchive(_ name: String) -> Bool { name.hasSuffix(".rrd") && FolderName.isValid(name.dropLast(4)) }
  static func isLedger(_ name: String) -> Bool { name.hasSuffix(".csv") && isMonth(name.dropLast(4)) }
  static func isEvents(_ name: String) -> Bool { name.hasSuffix(".jsonl") && isMonth(name.dropLast(6)) }

  /// `2026-11`.
  private static func isMonth(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 7, bytes[4] == UInt8(ascii: "-"), let month = Int(text.suffix(2)) else { return false }
    return (1...12).contains(month) && bytes[..<4].allSatisfy { (48...57).contains($0) }
  }

  // MARK: Walking

  private mutating func folder(_ path: String, isContent: (String) -> Bool, _ visit: (inout StorageVerifier, String) -> Void) {
    for name in list(path) {
      let place = path + "/" + name
      let role = FileRole(name, isContent: isContent)
      if role == .content { visit(&self, place) } else { stranger(place, role) }
    }
  }

  /// The names in a folder that belongs there.
  private mutating func list(_ path: String) -> [String] {
    do throws(FileError) {
      return try BoundedFile.list(absolute(path))
    } catch {
      let isOther = error.code == .notRegular || error.code == .missing
      let text = isOther ? "not a folder; links are not followed" : error.reason
      let problem =
        isOther ? Problem.repairable(text, .putAside) : Problem(text, "check owner and mode of the folder, and the disk")
      findings.append(StorageFinding(path: path, kind: .folder, bytes: 0, problems: [problem]))
      return []
    }
  }

  private func isFolder(_ path: String) -> Bool { (try? FileStatus(ifAny: absolute(path)))??.kind == .folder }

  private mutating func file(_ path: String, _ kind: StorageFinding.Kind, _ check: (FileChecks, String) -> [Problem]) {
    let (checks, place) = (checks, absolute(path))
    entry(path) { entry in
      let problems =
        switch entry.kind {
        case .file: check(checks, place)
        case .folder, .link, .other: [Problem.repairable(Self.words(entry.kind), .putAside)]
        }
      return StorageFinding(path: path, kind: kind, bytes: entry.size, problems: problems)
    }
  }

  /// Something that is no file of the layout.
  private mutating func stranger(_ path: String, _ role: FileRole) {
    let isYoung = { [isAlive, now] (entry: FileStatus) in isAlive && now - entry.modified < Self.makingTime }
    entry(path) { entry in
      switch role {
      case .aside: return StorageFinding(path: path, kind: .aside, bytes: entry.size)
      case .leftover where entry.kind == .file:
        if isYoung(entry) { return nil }
        let problem = Problem.repairable("left behind by a writer that was interrupted", .remove)
        return StorageFinding(path: path, kind: .leftover, bytes: entry.size, problems: [problem])
      case .content, .leftover, .unknown:
        let what = entry.kind == .file ? "does not belong here" : "does not belong here: \(Self.words(entry.kind))"
        return StorageFinding(
          path: path, kind: .unknown, bytes: entry.size, problems: [Problem(what, "move it away; no program of ours reads it")])
      }
    }
  }

  private mutating func entry(_ path: String, _ body: (FileStatus) -> StorageFinding?) {
    do throws(FileError) {
      // Gone since it was listed: a journal file that was pruned, a file that was renamed.
      guard let entry = try FileStatus(ifAny: absolute(path)), let finding = body(entry) else { return }
      findings.append(finding)
    } catch {
      findings.append(StorageFinding(path: path, kind: .unknown, bytes: 0, problems: [FileChecks.unreadable(error)]))
    }
  }

  private func absolute(_ path: String) -> String { context.directory.path + "/" + path }

  private static func words(_ kind: FileStatus.Kind) -> String {
    switch kind {
    case .file: "a file"
    case .folder: "a folder"
    case .link: "a symbolic link, which is not followed"
    case .other: "neither a file nor a folder"
    }
  }
}
