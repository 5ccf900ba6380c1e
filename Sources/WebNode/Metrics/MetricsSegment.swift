import HTTPService
import NIOConcurrencyHelpers
import NIOCore

/// A run of whole lines that is sent as it is or compressed; compressed once, when it is first wanted.
final class MetricsSegment: Sendable {
  /// What it was made of, for whoever wants to know whether it still holds.
  let parts: [MetricsPart]
  let plain: ByteBuffer
  private let packed = NIOLockedValueBox<GzipPiece?>(nil)

  init(_ parts: [MetricsPart]) {
    self.parts = parts
    var buffer = ByteBufferAllocator().buffer(capacity: parts.reduce(0) { $0 + $1.lines.count })
    for part in parts { buffer.writeBytes(part.lines) }
    plain = buffer
  }

  init(text: [UInt8]) {
    parts = []
    plain = ByteBuffer(bytes: text)
  }

  func holds(_ others: ArraySlice<MetricsPart>) -> Bool {
    parts.count == others.count && zip(parts, others).allSatisfy { $0 === $1 }
  }

  /// The compressed form, where it is there already.
  var piece: GzipPiece? { packed.withLockedValue { $0 } }

  /// The compressed form, made now where it is not there. Who comes second waits for the first.
  func piece(_ packer: GzipPacker) -> GzipPiece? {
    packed.withLockedValue { known in
      if known == nil { known = packer.pack(plain) }
      return known
    }
  }
}
