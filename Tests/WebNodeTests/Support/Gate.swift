import Foundation
import Shared
import Synchronization

@testable import WebNode

/// A gate that everything reading one root has to pass.
final class Gate: Sendable {
  private let isClosed: Mutex<Bool>
  private let changed = NSCondition()

  init(isClosed: Bool = false) { self.isClosed = Mutex(isClosed) }

  func close() { isClosed.withLock { $0 = true } }
  func open() {
    changed.lock()
    isClosed.withLock { $0 = false }
    changed.broadcast()
    changed.unlock()
  }
  func pass() {
    changed.lock()
    while isClosed.withLock({ $0 }) { changed.wait() }
    changed.unlock()
  }
}

/// A disk whose one root may hang.
struct GatedReader: HandoffReader {
  let gate: Gate
  let root: String
  private func wait(_ path: String) { if path.hasPrefix(root) { gate.pass() } }

  func list(_ path: String) throws(FileError) -> [String] { wait(path); return try DiskReader().list(path) }
  func identity(_ path: String) throws(FileError) -> BoundedFile.Identity? {
    wait(path)
    return try DiskReader().identity(path)
  }
  func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
    wait(path)
    return try DiskReader().read(path, offset: offset, count: count)
  }
  func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    wait(path)
    return try DiskReader().read(path, limit: limit)
  }
  func heartbeat(_ path: String) throws(FileError) -> Heartbeat { wait(path); return try DiskReader().heartbeat(path) }
  func deviceFile(_ path: String) throws(FileError) -> DeviceFile { wait(path); return try DiskReader().deviceFile(path) }
}

extension Swift.Result where Success: Sendable, Failure == any Error {
  /// What `body` comes to.
  static func of(_ body: () async throws -> Success) async -> Self {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
