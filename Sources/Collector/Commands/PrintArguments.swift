/// Arguments as MKTXP's users write them, turned into what our parser reads.
enum PrintArguments {
  /// What our parser reads in place of a value that was left out: it takes no empty one.
  static let noValue = "default"
  /// Options that may stand without a value.
  private static let optional: Set = [
    "--low-signal", "--min-signal", "--low-rate", "--recent", "--top", "--rate-above", "--degraded",
  ]
  /// What may stand before the command and belongs behind it.
  private static let movable: Set = ["-en", "--entry-name", "--cfg-dir", "--config"]
  private static let commands: Set = ["print", "diag", "show", "info"]

  /// All of `print`'s long options, for abbreviations.
  private static let long = [
    "--wifi-clients", "--capsman-clients", "--dhcp-clients", "--dhcp", "--conn-stats", "--connections", "--kid-control",
    "--address-lists", "--netwatch", "--neighbors", "--interface-monitor", "--interfaces", "--sfp", "--sfp-only", "--filter",
    "--include", "--exclude", "--low-signal", "--min-signal", "--low-rate", "--recent", "--band", "--unidentified", "--static",
    "--dynamic", "--active-only", "--inactive-only", "--top", "--min-conns", "--rate-above", "--active", "--unassigned",
    "--dynamic-only", "--static-only", "--down-only", "--up-only", "--plugged", "--unplugged", "--degraded", "--rate",
    "--rate-below", "--entry-name", "--cfg-dir", "--config", "--storage", "--json", "--csv", "--watch", "--help", "--version",
    "--insecure-config", "--strict",
  ]

  /// - Parameter arguments: without the program's name.
  static func normalised(_ arguments: [String]) -> [String] {
    var front: [String] = []
    var rest = arguments[...]
    while let first = rest.first, first.hasPrefix("-") {
      let name = String(first.prefix { $0 != "=" })
      guard movable.contains(name) else { return arguments }
      let count = first.contains("=") ? 1 : 2
      front += rest.prefix(count)
      rest = rest.dropFirst(count)
    }
    guard let command = rest.first, commands.contains(command) else { return arguments }
    let own = front + rest.dropFirst()
    return [command] + (command == "print" || command == "diag" ? options(own) : own)
  }

  private static func options(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return result + [argument] + rest }
      guard argument.hasPrefix("--") else {
        result.append(argument)
        continue
      }
      let (name, value) = split(argument)
      let full = completed(name)
      if let value {
        result.append("\(full)=\(value)")
      } else if optional.contains(full) {
        // A value may begin with a minus, as signals do.
        let isValue = rest.first.map { next in !next.hasPrefix("-") || next.dropFirst().first?.isNumber == true } ?? false
        result.append("\(full)=\(isValue ? rest.popFirst() ?? noValue : noValue)")
      } else {
        result.append(full)
      }
    }
    return result
  }

  private static func split(_ argument: String) -> (name: String, value: String?) {
    guard let sign = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
  }

  /// With dashes, and whole where only one option begins so.
  private static func completed(_ name: String) -> String {
    let dashed = name.replacing("_", with: "-")
    if long.contains(dashed) { return dashed }
    let candidates = long.filter { $0.hasPrefix(dashed) }
    return candidates.count == 1 ? candidates[0] : dashed
  }
}
