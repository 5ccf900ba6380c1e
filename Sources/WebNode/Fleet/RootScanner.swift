import Shared

/// What a root holds, as of one look.
struct RootState: Sendable {
  var path: String
  /// When the look ended, epoch seconds; `nil`: none yet.
  var scanned: Double?
  /// Why the root itself cannot be read.
  var problem: FileError?
  /// By folder name.
  var collectors: [CollectorRecord] = []

  init(path: String) { self.path = path }
}

/// Looks through one root again and again; each look costs what changed. Blocking: it belongs to one thread.
struct RootScanner: Sendable {
  private let root: DataDirectory
  private let reader: any HandoffReader
  private(set) var state: RootState
  private var nextListing = 0.0

  init(path: String, reader: any HandoffReader = DiskReader()) {
    root = DataDirectory(root: path)
    self.reader = reader
    state = RootState(path: path)
  }

  /// One look. Whether anything is different from before.
  mutating func scan(now: Double) -> Bool {
    var changed = false
    if now >= nextListing {
      nextListing = now + 2
      changed = listCollectors()
    }
    for index in state.collectors.indices where state.collectors[index].refresh(now: now, reader: reader) { changed = true }
    state.scanned = now
    return changed
  }

  private mutating func listCollectors() -> Bool {
    do throws(FileError) {
      // The root itself may be a link, and `/.` goes through it; what is below may not.
      let folders = Set(try reader.list(root.root + "/.").filter { FolderName.isValid($0) })
      let known = Set(state.collectors.map(\.folder))
      var changed = state.problem != nil
      state.problem = nil
      for folder in folders.subtracting(known).sorted() {
        guard let directory = root.collector(folder: folder), isCollector(directory) else { continue }
        state.collectors.append(CollectorRecord(folder: folder, directory: directory))
        changed = true
      }
      // A folder that became something else, a link for example, is no collector any more.
      let replaced = state.collectors.filter { RealFolder.problem([$0.directory.path], reader: reader)?.code == .notRegular }
      let gone = known.subtracting(folders).union(replaced.map(\.folder))
      if !gone.isEmpty {
        state.collectors.removeAll { gone.contains($0.folder) }
        changed = true
      }
      return changed
    } catch {
      let changed = state.problem != error
      state.problem = error
      return changed
    }
  }

  /// A folder, and not a link to one, that holds something a collector writes.
  private func isCollector(_ directory: CollectorDirectory) -> Bool {
    guard let names = try? reader.list(directory.path) else { return false }
    return !Set(names).isDisjoint(with: ["heartbeat.json", "live", "devices"])
  }
}
