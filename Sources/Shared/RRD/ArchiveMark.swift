/// A note in a file of ours that librrd keeps and never looks at: from when on the rows of an archive tell extremes.
///
/// An archive of one-second rows holds no MIN and MAX beside its means, as a second is its own extreme. Where a conversion had only
/// longer rows to fill it with, its seconds are means of these, and the peak stands in the longer MAX rows alone. The note stands in
/// the last two of the ten parameters of the archive's definition (`par[8]`, `par[9]`), which AVERAGE, MIN and MAX do not use. A file
/// without it reads as one in which every row is what it seems.
enum ArchiveMark {
  /// Bytes of a definition before its ten parameters.
  private static let parameters = 40
  private static let position = parameters + 8 * 8
  /// `TIKWATCH`, so that what another program left there is not taken for a time.
  private static let magic: UInt64 = 0x4843_5441_574B_4954

  /// The note of the archive whose definition begins at `at`; 0 when there is none, or none that can be true.
  static func extremesFrom(_ header: UnsafeRawBufferPointer, at: Int, lastUpdate: Int) -> Int {
    guard header.loadUnaligned(fromByteOffset: at + position, as: UInt64.self) == magic else { return 0 }
    let time = header.loadUnaligned(fromByteOffset: at + position + 8, as: Int.self)
    return (0...lastUpdate).contains(time) ? time : 0
  }

  /// Writes the note.
  static func store(extremesFrom time: Int, in header: inout [UInt8], at: Int) {
    header.withUnsafeMutableBytes {
      $0.storeBytes(of: magic, toByteOffset: at + position, as: UInt64.self)
      $0.storeBytes(of: time, toByteOffset: at + position + 8, as: Int.self)
    }
  }
}
