/// A Prometheus text, such as one device's `metrics.prom`, cut into families whose lines can be handed on as they are.
package struct ExpositionFile: Sendable, Equatable {
  package static let sizeLimit = 64 << 20
  /// Families of one file; more are dropped.
  package static let familyLimit = 10_000

  /// When the collector wrote it, epoch seconds; `nil`: it does not say, and so cannot be trusted.
  package var written: Double?
  /// In the order of the file.
  package var families: [RenderedFamily] = []
  /// Lines that Prometheus would refuse, or that repeat a series.
  package var dropped = 0

  /// - Parameter external: labels added to every series that has none of that name.
  package init(parsing bytes: [UInt8], external: [Labels.Label] = []) {
    var parser = ExpositionParser(external: external)
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        if end > start { parser.take(UnsafeBufferPointer(rebasing: bytes[start..<end])) }
        start = end + 1
      }
    }
    // A file that ends inside a line was cut: half a number is a number too.
    if let last = bytes.last, last != UInt8(ascii: "\n") { parser.dropLastLine() }
    written = parser.written
    families = parser.families
    dropped = parser.dropped
  }
}
