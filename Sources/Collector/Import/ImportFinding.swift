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

/// The lines of a report for people: what is the same in one line for a section, everything else with its reason.
struct ImportReport: Sendable {
  var findings: [ImportFinding]

  func lines() -> [String] {
    var lines: [String] = []
    var place = ""
    for (index, finding) in findings.enumerated() {
      let here = "\(finding.file) [\(CheckTable.safe(finding.section))]"
      if here != place {
        place = here
        lines.append(here)
        let same = findings[index...].prefix { $0.file == finding.file && $0.section == finding.section }
          .filter { $0.fate == .same }.map(\.key)
        if !same.isEmpty { lines += Self.wrapped("  the same: ", same.map(CheckTable.safe)) }
      }
      guard finding.fate != .same else { continue }
      let word =
        switch finding.fate {
        case .same, .mapped: "written otherwise"
        case .differs: "differs"
        case .refused: "not taken over"
        }
      lines.append("  \(word): \(CheckTable.safe(finding.key))" + (finding.detail.isEmpty ? "" : ": \(finding.detail)"))
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
