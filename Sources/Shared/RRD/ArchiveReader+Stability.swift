import Glibc

extension ArchiveReader {
  /// Runs `body` on a file whose header was the same before and after, while no writer was at work in between.
  ///
  /// librrd's writer takes its lock, then moves a row pointer, writes the row, and sets `last_up` at the end. A header that
  /// is unchanged although the lock was seen free after the first reading is therefore consistent, and so are its rows.
  func withStableFile<Value>(
    at path: String, _ body: (borrowing ArchiveFile, ArchiveHeader) throws(ArchiveError) -> Value
  ) throws(ArchiveError) -> Value {
    for attempt in 0..<Self.attempts {
      // A writer's batch takes some tens of microseconds; waits grow to 5 ms and end after about 150 ms.
      if attempt > 0 { usleep(UInt32(min(100 << min(attempt, 10), 5_000))) }
      let file = try ArchiveFile(path: path)
      let before = try Self.header(of: file)
      if file.isWriteLocked() { continue }
      let result = try body(file, before.header)
      if try Self.headerBytes(of: file) == before.bytes { return result }
    }
    throw ArchiveError(.busy, path: path, detail: "changed during \(Self.attempts) tries to read it")
  }

  private static let attempts = 40

  static func header(of file: borrowing ArchiveFile) throws(ArchiveError) -> (header: ArchiveHeader, bytes: [UInt8]) {
    let bytes = try headerBytes(of: file)
    let size = file.size
    let header = try decode(bytes, path: file.path) { raw throws(HeaderFault) in
      try ArchiveHeader(decoding: raw, fileSize: size)
    }
    return (header, bytes)
  }

  private static func decode<Value>(
    _ bytes: [UInt8], path: String, _ body: (UnsafeRawBufferPointer) throws(HeaderFault) -> Value
  ) throws(ArchiveError) -> Value {
    let outcome: Result<Value, HeaderFault> = bytes.withUnsafeBytes { raw in
      do throws(HeaderFault) { return .success(try body(raw)) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let value): return value
    case .failure(let fault): throw ArchiveError(fault.code, path: path, detail: fault.text)
    }
  }

  /// The bytes of the header: as many as its first 128 claim, which is a bounded number.
  private static func headerBytes(of file: borrowing ArchiveFile) throws(ArchiveError) -> [UInt8] {
    var bytes = try readBytes(of: file, upTo: usualHeader)
    let claimed = try decode(bytes, path: file.path) { raw throws(HeaderFault) in try ArchiveHeader.Claims(raw).length }
    guard claimed <= file.size else {
      throw ArchiveError(.corrupt, path: file.path, detail: "the file ends inside its header")
    }
    if claimed > bytes.count {
      bytes = try readBytes(of: file, upTo: claimed)
    } else {
      bytes.removeSubrange(claimed...)
    }
    return bytes
  }

  /// Covers the header of every retention in one read.
  private static let usualHeader = 8192

  private static func readBytes(of file: borrowing ArchiveFile, upTo limit: Int) throws(ArchiveError) -> [UInt8] {
    let count = min(limit, file.size)
    var failure: ArchiveError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ArchiveError) {
        try file.read(into: UnsafeMutableRawBufferPointer(buffer)[..<count].rebased, at: 0)
        initialized = count
      } catch {
        failure = error
        initialized = 0
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
  fileprivate var rebased: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: self) }
}
