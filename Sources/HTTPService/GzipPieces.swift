internal import CZlib
package import NIOCore

/// A part of a gzip answer that was compressed by itself, and so can be kept and put beside others.
package struct GzipPiece: Sendable {
  /// Whole deflate blocks that refer to nothing before them, ended at a byte.
  package var bytes: ByteBuffer
  /// Of what went in.
  package var checksum: UInt32
  package var length: Int
}

/// Compresses pieces, one after the other, with the same memory. Takes time: never on an event loop.
package final class GzipPacker {
  /// As in `Gzip`.
  private static let level: Int32 = 1
  /// 15 bits of window, without a frame.
  private static let windowBits: Int32 = -15
  /// zlib remembers where its state is, so it may not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// `nil` when zlib has no memory.
  package init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(stream, Self.level, Z_DEFLATED, Self.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else {
      // What is not set up is not torn down.
      stream.pointee.state = nil
      return nil
    }
  }

  deinit {
    if stream.pointee.state != nil { deflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// `nil` when it is longer than zlib counts.
  package func pack(_ text: ByteBuffer) -> GzipPiece? {
    guard let length = UInt32(exactly: text.readableBytes), deflateReset(stream) == Z_OK,
      let bound = Int(exactly: deflateBound(stream, UInt(length)))
    else { return nil }
    var checksum: UInt = 0
    var isDone = false
    // The flush takes a few bytes that the bound does not count.
    let scratch = [UInt8](unsafeUninitializedCapacity: bound + 64) { output, count in
      text.withUnsafeReadableBytes { input in
        let start = input.bindMemory(to: UInt8.self).baseAddress
        checksum = crc32(0, start, length)
        // zlib's interface is older than const; it does not write there.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        stream.pointee.avail_in = length
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
        isDone = deflate(stream, Z_FULL_FLUSH) == Z_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0
        count = output.count - Int(stream.pointee.avail_out)
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
      }
    }
    guard isDone else { return nil }
    return GzipPiece(
      bytes: ByteBuffer(bytes: scratch), checksum: length == 0 ? 0 : UInt32(truncatingIfNeeded: checksum), length: Int(length))
  }
}

/// What stands before and behind the pieces of one gzip member (RFC 1952).
package struct GzipFrame: Sendable {
  /// Written by anything, at no time.
  package static let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  /// Bytes behind the pieces.
  package static let tailLength = 10

  private var checksum: UInt = 0
  private var length: UInt64 = 0

  package init() {}

  package mutating func add(_ piece: GzipPiece) {
    checksum = crc32_combine(checksum, UInt(piece.checksum), piece.length)
    length &+= UInt64(piece.length)
  }

  /// An empty last block, checksum and length.
  package var tail: [UInt8] {
    let numbers = UInt64(UInt32(truncatingIfNeeded: checksum)) | UInt64(UInt32(truncatingIfNeeded: length)) << 32
    return [3, 0] + (0..<8).map { UInt8(truncatingIfNeeded: numbers >> ($0 * 8)) }
  }
}
