import ArgumentParser
import Shared

/// Finds a device by what somebody typed.
enum DeviceName {
  /// The device of this name, else the only one whose name contains it.
  /// - Throws: a usage error that names the choices.
  static func resolve(_ text: String?, in names: [String]) throws -> String {
    let choices = names.isEmpty ? "the configuration has none that is polled" : "choose from: " + names.joined(separator: ", ")
    guard let text, !text.isEmpty else { throw ValidationError("a device is missing; \(choices)") }
    if names.contains(text) { return text }
    let containing = names.filter { $0.contains(text) }
    if containing.count == 1 { return containing[0] }
    if containing.count > 1 {
      throw ValidationError("several devices are called like \"\(text)\": \(containing.joined(separator: ", "))")
    }
    let hint = nearestKey(to: text, in: names).map { "; did you mean \"\($0)\"?" } ?? "; \(choices)"
    throw ValidationError("there is no device \"\(text)\" that is polled\(hint)")
  }
}
