/// A password or token. It prints as `redacted` everywhere, so that no log line, error or dump can carry it by accident.
package struct Secret: Sendable, Equatable {
  private let value: String

  package init(_ value: String) {
    self.value = value
  }

  /// The secret itself: to be used at the place that sends it, and nowhere else.
  package func reveal() -> String {
    value
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "redacted" }

  package var debugDescription: String { "redacted" }

  /// No children: `dump` and test failure output reflect values instead of describing them.
  package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
