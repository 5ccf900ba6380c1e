/// Decides when files have changed and are whole again. Pure: the caller brings their stamps.
///
/// An editor empties a file, writes it and perhaps renames it: a state counts when it was seen twice in a row.
package struct StampWatch: Sendable, Equatable {
  /// The stamps that the configuration in force was read under, `nil` for a file that was missing.
  private var applied: [String: FileStamp?]
  private var previous: [String: FileStamp?]?

  package init(_ stamps: [String: FileStamp?]) { applied = stamps }

  /// Whether the files are to be read now.
  package mutating func hasSettled(_ stamps: [String: FileStamp?]) -> Bool {
    defer { previous = stamps }
    return stamps != applied && stamps == previous
  }

  /// The files were read, whatever came of it.
  package mutating func wereRead(_ stamps: [String: FileStamp?]) {
    applied = stamps
    previous = nil
  }

  /// Blocking.
  package static func stamps(_ paths: [String]) -> [String: FileStamp?] {
    Dictionary(paths.map { ($0, FileStamp(path: $0)) }) { first, _ in first }
  }
}
