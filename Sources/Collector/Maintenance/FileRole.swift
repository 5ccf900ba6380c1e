/// What a file is by its name alone.
enum FileRole: Sendable, Equatable {
  /// Of the name that the layout gives to a file of that place.
  case content
  /// Put aside by a collector or by `repair`: `NAME.corrupt-EPOCH`, `NAME.foreign-EPOCH`.
  case aside
  /// Left by a writer that was interrupted: `NAME.tmp`, or `NAME.rrd` and six characters of librrd's choice.
  case leftover
  case unknown

  /// - Parameter isContent: whether a name is one that belongs there.
  init(_ name: String, isContent: (String) -> Bool) {
    if isContent(name) {
      self = .content
    } else if Self.isAside(name) {
      self = .aside
    } else if Self.isLeftover(name, isContent) {
      self = .leftover
    } else {
      self = .unknown
    }
  }

  private static func isAside(_ name: String) -> Bool {
    ["corrupt-", "foreign-"].contains { word in
      guard let range = name.ranges(of: "." + word).last else { return false }
      let digits = name[range.upperBound...]
      // A second one in the same second has a number of its own behind it.
      return !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }
  }

  /// Only what is made of a name that belongs there: a stranger's `notes.tmp` is not ours to remove.
  private static func isLeftover(_ name: String, _ isContent: (String) -> Bool) -> Bool {
    var stem = Substring(name)
    if stem.hasSuffix(".tmp") {
      // A file that replaces another is itself written beside its name: `KEY.csv.repair.tmp.tmp`.
      while let word = [".tmp", ".migrate", ".repair"].first(where: { stem.hasSuffix($0) }) { stem = stem.dropLast(word.count) }
      return isContent(String(stem))
    }
    // mkstemp(3) beside the target; librrd makes that for a conversion's file too.
    guard stem.utf8.count > 6, stem.utf8.suffix(6).allSatisfy(isAlphanumeric) else { return false }
    let target = stem.dropLast(6)
    return isContent(String(target)) && target.hasSuffix(".rrd") || target.hasSuffix(".rrd.migrate.tmp")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }
}
