internal import Foundation

/// Lines for people and scripts, written at once so that a reader of a pipe sees them.
enum Console {
  static func line(_ text: String) { write(text, to: 1) }
  static func error(_ text: String) { write(text.hasPrefix("Error:") ? text : "Error: " + text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      // Nobody reads any more: there is nowhere left to say so.
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// Why a command ends without success.
struct Failure: Error, Equatable, CustomStringConvertible {
  let description: String
  let status: Int32

  /// Something did not work.
  init(_ description: String) {
    self.description = description
    status = 1
  }

  /// The data file cannot be used.
  init(_ error: DataError) {
    description = error.description
    status = 3
  }
}
