import Shared
import Synchronization

/// What `tables.json` files hold; a file is read again only when it is another one than before.
///
/// Bounded: of files whose content is larger in all than `memoryLimit`, those not asked for the longest are forgotten and read again.
final class TablesStore: Sendable {
  private struct Entry {
    var identity: BoundedFile.Identity
    /// `nil`: this file could not be used, and neither could an earlier one.
    var file: TablesFile?
    /// When it was last asked for, on the shelf's own clock.
    var used: UInt64
  }

  private struct Shelf {
    var entries: [String: Entry] = [:]
    var bytes = 0
    var clock: UInt64 = 0

    mutating func put(_ entry: Entry?, at path: String) {
      bytes -= entries[path]?.identity.size ?? 0
      entries[path] = entry
      bytes += entry?.identity.size ?? 0
    }
  }

  private let shelf = Mutex(Shelf())
  private let memoryLimit: Int
  private let problems: ProblemBoard

  init(problems: ProblemBoard, memoryLimit: Int = 128 << 20) {
    self.problems = problems
    self.memoryLimit = memoryLimit
  }

  /// Bytes of the files whose content is kept.
  var bytes: Int { shelf.withLock { $0.bytes } }

  /// The tables of `device` at this path, or those of the last file there that could be used: their own times say how old they are.
  /// `nil`: there are none. Blocking.
  func file(_ path: String, device: String) -> TablesFile? {
    do throws(FileError) {
      guard let identity = try BoundedFile.identity(path) else {
        shelf.withLock { $0.put(nil, at: path) }
        problems.clear(path: path)
        return nil
      }
      if let known = touch(path), known.identity == identity { return known.file }
      let file: TablesFile
      do throws(FileError) {
        file = try TablesFile.read(path)
        guard file.device == device || FolderName.escape(file.device) == FolderName.escape(device) else {
          throw FileError(.malformed, "read", path, "it belongs to device \"\(file.device.prefix(100))\"")
        }
      } catch {
        // Bad content stays bad until the file changes; a failure to read may pass by itself.
        if error.code == .malformed || error.code == .tooLarge { keep(nil, identity, path) }
        throw error
      }
      keep(file, identity, path)
      problems.clear(path: path)
      return file
    } catch {
      problems.report(error.description, path: path, device: device)
      return shelf.withLock { $0.entries[path]?.file }
    }
  }

  private func touch(_ path: String) -> Entry? {
    shelf.withLock { shelf in
      shelf.clock += 1
      shelf.entries[path]?.used = shelf.clock
      return shelf.entries[path]
    }
  }

  private func keep(_ file: TablesFile?, _ identity: BoundedFile.Identity, _ path: String) {
    shelf.withLock { shelf in
      shelf.clock += 1
      shelf.put(Entry(identity: identity, file: file ?? shelf.entries[path]?.file, used: shelf.clock), at: path)
      guard shelf.bytes > memoryLimit else { return }
      for (path, _) in shelf.entries.sorted(by: { $0.value.used < $1.value.used }) where shelf.bytes > memoryLimit * 3 / 4 {
        shelf.put(nil, at: path)
      }
    }
  }
}
