import CZlib
import HTTPService
import NIOCore
import TestSupport
import Testing

@Suite struct GzipTests {
  /// zlib's own reader of gzip files' contents.
  private static func inflated(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var bytes = bytes
    var isComplete = false
    let result = [UInt8](unsafeUninitializedCapacity: limit + 1) { output, count in
      bytes.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        isComplete = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0
        count = output.count - Int(stream.avail_out)
      }
    }
    return isComplete ? result : nil
  }

  @Test func whatWasCompressedComesBack() throws {
    var generator = SeededGenerator(seed: 7)
    for length in [0, 1, 2, 255, 4096, 70_000, 1 << 20] {
      let random = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Array(String(repeating: "tikwatch_device_up{a=\"b\"} 1\n", count: length / 28 + 1).utf8)
      for bytes in [random, text] {
        let packed = try #require(Gzip.compress(bytes))
        #expect(Self.inflated(packed, limit: bytes.count) == bytes)
      }
      #expect(try #require(Gzip.compress(text)).count < text.count / 2 + 64)
    }
  }

  @Test func piecesInAnyOrderAreOneMember() throws {
    var generator = SeededGenerator(seed: 8)
    let packer = try #require(GzipPacker())
    let texts: [[UInt8]] =
      [[], [7], Array(String(repeating: "a{b=\"c\"} 1\n", count: 9000).utf8)]
      + (0..<20).map { _ in
        (0..<Int.random(in: 0...70_000, using: &generator)).map { _ in UInt8.random(in: 32...40, using: &generator) }
      }
    let pieces = try texts.map { text in try #require(packer.pack(ByteBuffer(bytes: text))) }
    for _ in 0..<20 {
      let order = (0..<Int.random(in: 0...30, using: &generator)).map { _ in Int.random(in: texts.indices, using: &generator) }
      var frame = GzipFrame()
      var packed = GzipFrame.head
      for index in order {
        frame.add(pieces[index])
        packed += pieces[index].bytes.readableBytesView
      }
      packed += frame.tail
      let expected = order.flatMap { texts[$0] }
      #expect(Self.inflated(packed, limit: expected.count) == expected)
      if let last = packed.indices.dropLast(5).last {
        packed[last] ^= 1
        #expect(Self.inflated(packed, limit: expected.count) == nil)
      }
    }
  }
}
