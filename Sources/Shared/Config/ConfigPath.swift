/// Paths as people write them in a configuration.
package enum ConfigPath {
  /// `text` with a leading `~` (the home of `environment`'s `HOME`) and every `$NAME` or `${NAME}` replaced, made absolute by
  /// `directory`. Names that `environment` lacks stay as written, as in a shell's neighbour, Python's `expandvars`.
  package static func expand(_ text: String, relativeTo directory: String, environment: [String: String]) -> String {
    var path = variables(of: text, environment)
    if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty { path = home + path.dropFirst() }
    if path.hasPrefix("/") { return path }
    return directory.isEmpty ? path : directory + (directory.hasSuffix("/") ? "" : "/") + path
  }

  private static func variables(of text: String, _ environment: [String: String]) -> String {
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let after = rest[rest.index(after: dollar)...]
      let isBraced = after.first == "{"
      let name = after.dropFirst(isBraced ? 1 : 0).prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      let isClosed = !isBraced || (name.endIndex < after.endIndex && after[name.endIndex] == "}")
      guard isClosed, let value = environment[String(name)] else {
        result += "$"
        rest = after
        continue
      }
      result += value
      rest = isBraced ? after[after.index(after: name.endIndex)...] : after[name.endIndex...]
    }
    return result + rest
  }
}
