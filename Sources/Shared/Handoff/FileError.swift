internal import Glibc

/// A file operation that failed: what was tried, on which path, and what the system answered.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it was, for callers that act on it.
  package enum Code: Sendable, Equatable {
    case missing, permission, full, readOnly, notRegular, tooLarge, changed, malformed, other
  }

  package var code: Code
  package var action: String
  package var path: String
  package var reason: String

  package init(_ code: Code, _ action: String, _ path: String, _ reason: String) {
    self.code = code
    self.action = action
    self.path = path
    self.reason = reason
  }

  /// The failure that `errno` names, read right after the call.
  package init(errno number: Int32, _ action: String, _ path: String) {
    let code: Code =
      switch number {
      case ENOENT, ENOTDIR: .missing
      case EACCES, EPERM: .permission
      case ENOSPC, EDQUOT: .full
      case EROFS: .readOnly
      case ELOOP, EISDIR, ENXIO: .notRegular
      default: .other
      }
    self.init(code, action, path, String(cString: strerror(number)))
  }

  package var description: String { "could not \(action) \(path): \(reason)" }
}
