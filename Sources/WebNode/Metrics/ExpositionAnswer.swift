import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// An exposition on its way to a client: in which format, whether compressed, and in what pieces.
struct ExpositionAnswer: Sendable {
  /// Bytes that are handed to the connection at a time, and compressed at a time.
  private static let batch = 1 << 20
  /// Compressed pieces are small: they are put together up to this.
  private static let packet = 256 << 10
  /// Below this all is compressed anew, as one piece: that takes few milliseconds, and many small pieces compress badly.
  private static let small = 1 << 20
  /// Below this, compressing gains nothing.
  private static let smallest = 1024

  let format: ExpositionFormat
  let isCompressed: Bool
  private let isHead: Bool

  init(_ request: Request) {
    format = AcceptHeader.format(request.headers)
    isCompressed = AcceptHeader.takesGzip(request.headers)
    isHead = request.method == .head
  }

  /// The text format only, as of `/federate`.
  init(textFor request: Request) {
    format = .text
    isCompressed = AcceptHeader.takesGzip(request.headers)
    isHead = request.method == .head
  }

  private var headers: HTTPFields {
    [.contentType: format.contentType, .cacheControl: "no-store", .vary: "Accept, Accept-Encoding"]
  }

  /// The segments with those compressed that are new each time, which are few. Blocking.
  func prepared(_ segments: [MetricsSegment]) -> [MetricsSegment] {
    guard isCompressed, let packer = GzipPacker() else { return segments }
    if segments.reduce(0, { $0 + $1.plain.readableBytes }) < Self.small {
      let whole = MetricsSegment(text: segments.flatMap(\.plain.readableBytesView))
      _ = whole.piece(packer)
      return [whole]
    }
    for segment in segments where segment.parts.isEmpty && segment.piece == nil { _ = segment.piece(packer) }
    return segments
  }

  func response(_ segments: [MetricsSegment], _ pool: BlockingPool) async throws -> Response {
    var headers = headers
    let length = segments.reduce(0) { $0 + $1.plain.readableBytes }
    guard isCompressed, length >= Self.smallest else {
      return Response(status: .ok, headers: headers, body: Self.plain(segments, length))
    }
    headers[.contentEncoding] = "gzip"
    if isHead { try await pool.run { _ = Self.pack(segments[...]) } }
    let pieces = segments.compactMap(\.piece)
    if pieces.count == segments.count {
      return Response(status: .ok, headers: headers, body: Self.ready(pieces))
    }
    return Response(status: .ok, headers: headers, body: Self.packing(segments, pool))
  }

  /// An answer whose end is not made yet.
  func response(beginning: [MetricsSegment], _ federation: Federation, _ pool: BlockingPool) -> Response {
    var headers = headers
    if isCompressed { headers[.contentEncoding] = "gzip" }
    let body = ResponseBody { [isCompressed] writer in
      var packet = isCompressed ? Packet() : nil
      var made = beginning
      var federation = federation
      while !made.isEmpty {
        if packet != nil {
          let now = made[...]
          for piece in try await pool.run({ Self.pack(now) }) { try packet?.add(whole: piece) }
          if let bytes = packet?.take() { try await writer.write(bytes) }
        } else {
          try await writer.write(contentsOf: made.map(\.plain))
        }
        let rest = federation
        (made, federation) = try await pool.run {
          var rest = rest
          let text = rest.make()
          return (text.isEmpty ? [] : [MetricsSegment(text: text)], rest)
        }
      }
      packet?.finish()
      if let packet { try await writer.write(packet.bytes) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: headers, body: body)
  }

  private static func plain(_ segments: [MetricsSegment], _ length: Int) -> ResponseBody {
    ResponseBody(contentLength: length) { writer in
      var batch: [ByteBuffer] = []
      var size = 0
      for segment in segments {
        batch.append(segment.plain)
        size += segment.plain.readableBytes
        guard size >= Self.batch else { continue }
        // Waits while the client does not take what was sent: nothing piles up for a slow one.
        try await writer.write(contentsOf: batch)
        batch.removeAll(keepingCapacity: true)
        size = 0
      }
      if !batch.isEmpty { try await writer.write(contentsOf: batch) }
      try await writer.finish(nil)
    }
  }

  /// Everything is compressed already.
  private static func ready(_ pieces: [GzipPiece]) -> ResponseBody {
    let length = pieces.reduce(GzipFrame.head.count + GzipFrame.tailLength) { $0 + $1.bytes.readableBytes }
    return ResponseBody(contentLength: length) { writer in
      var packet = Packet()
      for piece in pieces {
        packet.add(piece)
        if packet.bytes.readableBytes >= Self.packet { try await writer.write(packet.take()) }
      }
      packet.finish()
      try await writer.write(packet.bytes)
      try await writer.finish(nil)
    }
  }

  /// Compressed on the way, a batch at a time.
  private static func packing(_ segments: [MetricsSegment], _ pool: BlockingPool) -> ResponseBody {
    ResponseBody { writer in
      var packet = Packet()
      var rest = segments[...]
      while !rest.isEmpty {
        var end = rest.startIndex
        var size = 0
        while end < rest.endIndex, size < Self.batch {
          size += rest[end].plain.readableBytes
          end += 1
        }
        let now = rest[..<end]
        rest = rest[end...]
        for piece in try await pool.run({ Self.pack(now) }) { try packet.add(whole: piece) }
        if packet.bytes.readableBytes >= Self.packet { try await writer.write(packet.take()) }
      }
      packet.finish()
      try await writer.write(packet.bytes)
      try await writer.finish(nil)
    }
  }

  /// Blocking.
  private static func pack(_ segments: ArraySlice<MetricsSegment>) -> [GzipPiece?] {
    var packer: GzipPacker?
    return segments.map { segment in
      if let piece = segment.piece { return piece }
      if packer == nil { packer = GzipPacker() }
      return packer.flatMap { segment.piece($0) }
    }
  }

  /// What is sent next.
  private struct Packet {
    private(set) var bytes = ByteBuffer(bytes: GzipFrame.head)
    private var frame = GzipFrame()

    mutating func add(_ piece: GzipPiece) {
      frame.add(piece)
      bytes.writeImmutableBuffer(piece.bytes)
    }

    /// Half an answer is told by a connection that ends without its end.
    mutating func add(whole piece: GzipPiece?) throws(HTTPProblem) {
      guard let piece else { throw .unavailable("no memory to compress") }
      add(piece)
    }

    mutating func finish() { bytes.writeBytes(frame.tail) }

    mutating func take() -> ByteBuffer {
      defer { bytes = ByteBufferAllocator().buffer(capacity: ExpositionAnswer.packet + (64 << 10)) }
      return bytes
    }
  }
}
