import Shared
import Synchronization

@testable import WebNode

/// A disk that counts what is read.
final class CountingReader: HandoffReader {
  private let bytes = Mutex(0)

  /// Bytes so far.
  var count: Int { bytes.withLock { $0 } }

  func list(_ path: String) throws(FileError) -> [String] { try DiskReader().list(path) }
  func identity(_ path: String) throws(FileError) -> BoundedFile.Identity? { try DiskReader().identity(path) }
  func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
    let read = try DiskReader().read(path, offset: offset, count: count)
    bytes.withLock { $0 += read.count }
    return read
  }
  func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let read = try DiskReader().read(path, limit: limit)
    bytes.withLock { $0 += read.count }
    return read
  }
  func heartbeat(_ path: String) throws(FileError) -> Heartbeat { try DiskReader().heartbeat(path) }
  func deviceFile(_ path: String) throws(FileError) -> DeviceFile { try DiskReader().deviceFile(path) }
}
