/// A password or token. It never shows itself: descriptions, string interpolation, `dump` and mirrors all print `[redacted]`, so a log
/// line or an error that carries one by accident leaks nothing. The text comes out of ``reveal()`` alone.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// What is printed in place of a secret, here and in configuration errors.
  package static let redacted = "[redacted]"

  private let value: String

  package init(_ value: String) { self.value = value }

  /// The text itself: call it where it is sent or compared, and keep it nowhere.
  package func reveal() -> String { value }

  package var description: String { Self.redacted }
  package var debugDescription: String { Self.redacted }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// Takes the same time wherever the texts differ (only their length shows), so a token cannot be guessed byte by byte.
  package static func == (left: Secret, right: Secret) -> Bool {
    let (a, b) = (Array(left.value.utf8), Array(right.value.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
