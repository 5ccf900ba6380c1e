// The harness of `make fuzz`: compiled together with the sources of Shared by .ci/fuzz, and no part of the package.
import Glibc

/// What libFuzzer looks at; a promise that is broken traps, which libFuzzer keeps as a crash.
enum FuzzReader: String, CaseIterable {
  case config = "config"
  case accessList = "accessList"
  case journal = "journal"
  case ledger = "ledger"
  case heartbeat = "heartbeat"
  case device = "device"
  case archive = "archive"
  case texts = "texts"
  case tables = "tables"
  case events = "events"
  case ledgerFile = "ledgerFile"
  case metrics = "metrics"
  case proxyHeader = "proxyHeader"
  case forwarded = "forwarded"
  case selector = "selector"

  func read(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .config: readConfig(bytes)
    case .accessList: readAccessList(String(decoding: bytes, as: UTF8.self))
    case .journal:
      guard let line = LiveLine.decode(bytes) else { return }
      let written = line.encoded()
      precondition(LiveLine.decode(written)?.encoded() == written, "a line comes back as it was written")
    case .ledger:
      for text in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        guard let row = LedgerRow(line: text) else { continue }
        let written = row.encoded()
        let again = LedgerRow(line: String(decoding: written.dropLast(), as: UTF8.self))
        precondition(again?.encoded() == written, "a row comes back as it was written")
      }
    case .heartbeat: readJSON(Heartbeat.self, bytes)
    case .device: readJSON(DeviceFile.self, bytes)
    case .archive: readArchive(bytes)
    case .texts: readTexts(String(decoding: bytes, as: UTF8.self))
    case .tables: readJSON(TablesFile.self, bytes)
    case .events: readEvents(bytes)
    case .ledgerFile: readLedgerFile(bytes)
    case .metrics: readMetrics(bytes)
    case .proxyHeader: readProxyHeader(bytes)
    case .forwarded: readForwarded(String(decoding: bytes, as: UTF8.self))
    case .selector: readSelector(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func readConfig(_ bytes: UnsafeRawBufferPointer) {
    do throws(ConfigErrors) {
      let document = try INIDocument(parsing: Array(bytes), file: "f")
      for entry in document.sections.flatMap(\.entries) { precondition(!entry.key.isEmpty && entry.line > 0) }
    } catch {
      precondition(!error.errors.isEmpty, "a refusal has a reason")
    }
  }

  private func readAccessList(_ text: String) {
    guard let list = try? AccessList(parsing: text) else { return }
    let again = try? AccessList(parsing: list.description)
    precondition(again?.rules == list.rules, "a list reads its own description")
  }

  private func readJSON<Value: Codable & Equatable>(_ type: Value.Type, _ bytes: UnsafeRawBufferPointer) {
    guard let value = JSONFile.decode(type, Array(bytes)), let written = try? JSONFile.encode(value) else { return }
    precondition(JSONFile.decode(type, written) == value, "a value comes back as it was written")
  }

  private func readArchive(_ bytes: UnsafeRawBufferPointer) {
    // The first bytes say how large the file is said to be, around what a header of this length asks for.
    guard bytes.count > 2 else { return }
    let size = Int(bytes[0]) << 8 | Int(bytes[1])
    guard let header = try? ArchiveHeader(decoding: UnsafeRawBufferPointer(rebasing: bytes[2...]), fileSize: size) else { return }
    for archive in header.archives {
      precondition((0..<archive.rows).contains(archive.currentRow))
      precondition(archive.offset + archive.rows * header.dataSources.count * 8 <= size, "rows lie within the file")
      _ = ArchiveReader().servable(archive)
    }
  }

  private func readTexts(_ text: String) {
    _ = try? Retention(name: "x", parsing: text)
    _ = try? ListenAddress.list(parsing: text)
    _ = UTCTime.epoch(rfc3339: text)
    precondition(FolderName.isValid(FolderName.escape(text)) || text.isEmpty, "an escaped name is a valid one")
  }
}

/// `TIKWATCH_FUZZ_READER` says which.
private let reader = getenv("TIKWATCH_FUZZ_READER").flatMap { FuzzReader(rawValue: String(cString: $0)) } ?? .config

/// libFuzzer calls this with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  reader.read(UnsafeRawBufferPointer(start: start, count: count))
  return 0
}
