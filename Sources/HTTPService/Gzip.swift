internal import CZlib

/// Compresses whole bodies as gzip (RFC 1952). Takes time: never on an event loop.
package enum Gzip {
  /// Level 1: texts of metrics shrink to a twelfth in a quarter of the time that the default takes to get to a fifteenth.
  private static let level: Int32 = 1
  /// 15 bits of window, and 16: with gzip's frame.
  private static let windowBits: Int32 = 15 + 16

  /// `nil` when zlib has no memory for it; the body is then sent as it is.
  package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit2_(&stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
      return nil
    }
    defer { deflateEnd(&stream) }
    // zlib counts in 32 bits; no body comes near.
    guard let length = UInt32(exactly: bytes.count), let bound = Int(exactly: deflateBound(&stream, UInt(length))) else {
      return nil
    }
    let result = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      bytes.withUnsafeBufferPointer { input in
        // zlib's interface is older than const; it does not write there.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = length
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        count = deflate(&stream, Z_FINISH) == Z_STREAM_END ? output.count - Int(stream.avail_out) : 0
      }
    }
    return result.isEmpty ? nil : result
  }
}
