import Shared

/// What the read model asks of the disk. A seam: tests put readers in its place that fail or never answer.
/// Every call blocks.
protocol HandoffReader: Sendable {
  /// The names in a folder that is no link.
  func list(_ path: String) throws(FileError) -> [String]
  /// `nil`: there is no file.
  func identity(_ path: String) throws(FileError) -> BoundedFile.Identity?
  func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8]
  func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]
  func heartbeat(_ path: String) throws(FileError) -> Heartbeat
  func deviceFile(_ path: String) throws(FileError) -> DeviceFile
}

/// The disk itself.
struct DiskReader: HandoffReader {
  func list(_ path: String) throws(FileError) -> [String] { try BoundedFile.list(path) }
  func identity(_ path: String) throws(FileError) -> BoundedFile.Identity? { try BoundedFile.identity(path) }
  func read(_ path: String, offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try BoundedFile.read(path, offset: offset, count: count)
  }
  func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] { try BoundedFile.read(path, limit: limit) }
  func heartbeat(_ path: String) throws(FileError) -> Heartbeat { try Heartbeat.read(path) }
  func deviceFile(_ path: String) throws(FileError) -> DeviceFile { try DeviceFile.read(path) }
}
