import Foundation
import Synchronization

/// A part of a document that is written from the code: the lines between `<!-- NAME: generated -->` and `<!-- NAME: end -->`.
package struct GeneratedBlock: Sendable {
  let path: String
  let name: String
  /// Several tests may write parts of one document.
  private static let lock = Mutex(())

  package init(_ name: String, of path: String) {
    self.path = path
    self.name = name
  }

  /// What the document says; `TIKWATCH_UPDATE_GOLDEN=1` first makes it say `text`. `nil`: it has no such part.
  package func documented(updatingTo text: String) throws -> String? {
    try Self.lock.withLock { _ in
      let document = try String(contentsOfFile: path, encoding: .utf8)
      guard let place = place(in: document) else { return nil }
      guard ProcessInfo.processInfo.environment["TIKWATCH_UPDATE_GOLDEN"] == "1" else { return String(document[place]) }
      let updated = document.replacingCharacters(in: place, with: text)
      try Data(updated.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      return text
    }
  }

  private func place(in document: String) -> Range<String.Index>? {
    guard let begin = document.range(of: "<!-- \(name): generated -->\n"),
      let end = document.range(of: "<!-- \(name): end -->", range: begin.upperBound..<document.endIndex)
    else { return nil }
    return begin.upperBound..<end.lowerBound
  }
}
