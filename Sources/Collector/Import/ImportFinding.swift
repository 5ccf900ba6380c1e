/// What becomes of one key of MKTXP's configuration. Never holds a value: it may be a secret.
struct ImportFinding: Sendable, Equatable, Encodable {
  enum Fate: String, Sendable, Encodable {
    /// Written as it is, and means the same.
    case same
    /// Written in another way or place, and means the same.
    case mapped
    /// Means something to MKTXP only: what Tikwatch does in its place.
    case differs
    /// Not taken over.
    case refused
  }

  /// `mktxp.conf` or `_mktxp.conf`.
  var file: String
  var section: String
  var key: String
  var fate: Fate
  /// Why, or what is there instead; empty where there is nothing to say.
  var detail = ""
}

/// The lines of a report for people: the keys of a section that share a fate and a reason together.
struct ImportReport: Sendable {
  var findings: [ImportFinding]

  func lines() -> [String] {
    var lines: [String] = []
    var rest = findings[...]
    while let first = rest.first {
      let section = rest.prefix { $0.file == first.file && $0.section == first.section }
      rest = rest.dropFirst(section.count)
      lines.append("\(first.file) [\(CheckTable.safe(first.section))]")
      lines += Self.sectionLines(section)
    }
    return lines
  }

  private static func sectionLines(_ section: ArraySlice<ImportFinding>) -> [String] {
    let same = section.filter { $0.fate == .same }.map(\.key)
    var lines = same.isEmpty ? [] : wrapped("  the same: ", same.map(CheckTable.safe))
    var told: [ImportFinding] = []
    for finding in section where finding.fate != .same {
      guard !told.contains(where: { $0.fate == finding.fate && $0.detail == finding.detail }) else { continue }
      told.append(finding)
      let word =
        switch finding.fate {
        case .same, .mapped: "written otherwise"
        case .differs: "differs"
        case .refused: "not taken over"
        }
      let keys = section.filter { $0.fate == finding.fate && $0.detail == finding.detail }.map { CheckTable.safe($0.key) }
      if keys.count == 1 {
        lines.append("  \(word): \(keys[0])" + (finding.detail.isEmpty ? "" : ": \(finding.detail)"))
      } else {
        lines += wrapped("  \(word): ", keys)
        if !finding.detail.isEmpty {
          lines[lines.count - 1] += ":"
          lines.append("      \(finding.detail)")
        }
      }
    }
    return lines
  }

  /// Words between commas, in lines of at most 100 characters.
  private static func wrapped(_ head: String, _ words: [String]) -> [String] {
    var lines = [head]
    for (index, word) in words.enumerated() {
      let text = word + (index == words.count - 1 ? "" : ",")
      if lines[lines.count - 1].count + text.count > 100 { lines.append("    ") }
      let isFirst = lines[lines.count - 1].last == " "
      lines[lines.count - 1] += (isFirst ? "" : " ") + text
    }
    return lines
  }
}
