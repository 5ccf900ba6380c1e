import Shared

/// A command line that can be pasted into a POSIX shell.
enum ShellCommand {
  /// `rrdtool graph` with every word quoted as needed, one option or expression a line.
  static func rrdtoolGraph(file: String, start: Int, end: Int, arguments: [String]) -> String {
    var lines = ["rrdtool graph \(quote(file)) --start \(start) --end \(end)"]
    for argument in arguments {
      // An option's value stays on the option's line.
      if let last = lines.last, isOption(last), !argument.hasPrefix("--"), !isExpression(argument) {
        lines[lines.count - 1] += " " + quote(argument)
      } else {
        lines.append("  " + quote(argument))
      }
    }
    return lines.joined(separator: " \\\n") + "\n"
  }

  /// Plain words stay as they are; anything else stands in single quotes, inside which a shell reads nothing but their end.
  static func quote(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./:=,+@".utf8.contains(byte)
        }
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  private static func isOption(_ line: String) -> Bool { line.hasPrefix("  --") && !line.dropFirst(2).contains(" ") }

  private static func isExpression(_ word: String) -> Bool {
    ["DEF:", "CDEF:", "VDEF:", "AREA:", "LINE", "HRULE:", "GPRINT:", "COMMENT:", "SHIFT:"].contains { word.hasPrefix($0) }
  }
}
