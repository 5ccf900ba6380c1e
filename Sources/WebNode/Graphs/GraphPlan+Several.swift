import Shared

/// Several lines in one picture: stacked in area style, beside each other in line and mirror style.
extension GraphPlan {
  private var shown: [(index: Int, line: Line)] {
    let list = lines.enumerated().filter { !request.hidden.contains(String($0.offset + 1)) }
    return (list.isEmpty ? Array(lines.enumerated()) : list).map { ($0.offset, $0.element) }
  }

  private var isStacked: Bool { request.style == .area }

  private func colour(_ index: Int) -> String { palette.lanes[index % palette.lanes.count] }

  /// `rx0`, `tx0`, …; their sums `rx` and `tx`; with `z` where a line that is unknown beside others counts as nothing.
  var severalDefinitions: [String] {
    var list: [String] = []
    for (index, line) in shown {
      list += define("rx\(index)", line.source, "rx", "AVERAGE") + define("tx\(index)", line.source, "tx", "AVERAGE")
    }
    for name in ["rx", "tx"] {
      let terms = shown.map { "\(name)\($0.index)" }
      list.append("CDEF:\(name)=" + terms.joined(separator: ",") + String(repeating: ",ADDNAN", count: terms.count - 1))
      let sign = name == "tx" && isMirrored ? ",-1,*" : ""
      list += terms.map { "CDEF:\($0)z=\(name),UN,UNKN,\($0),UN,0,\($0),IF,IF\(sign)" }
      if !sign.isEmpty { list += terms.map { "CDEF:\($0)m=\($0),-1,*" } }
      if hasLegend { list += terms.map { "VDEF:\($0)avg=\($0),AVERAGE" } }
      if hasLegend { list += terms.map { "VDEF:\($0)max=\($0),MAXIMUM" } }
    }
    list += earlierDefinitions
    list.append("CDEF:gap=TIME,\(knownUntil),LE,rx,UN,INF,UNKN,IF,UNKN,IF")
    if isMirrored { list += ["CDEF:gapm=gap,-1,*", "CDEF:txm=tx,-1,*"] }
    return list
  }

  var severalDrawing: [String] {
    var list = ["AREA:gap#\(palette.gap)"]
    if isMirrored { list.append("AREA:gapm#\(palette.gap)") }
    let sides = ["rx", "tx"].filter { shows($0 == "rx" ? "in" : "out") }
    for side in sides {
      list += isStacked ? stack(side, isFirst: side == sides.first) : beside(side, isFirst: side == sides.first)
    }
    if isMirrored { list.append("HRULE:0#\(palette.axis)") }
    return list + earlierDrawing
  }

  private func stack(_ side: String, isFirst: Bool) -> [String] {
    var list: [String] = []
    for (position, (index, line)) in shown.enumerated() {
      let words = isFirst && hasLegend ? ":" + Self.text(line.name) : position > 0 ? ":" : ""
      list.append("AREA:\(side)\(index)z#\(colour(index))b0" + words + (position > 0 ? ":STACK" : ""))
      if isFirst { list += figures(index) }
    }
    list.append("LINE1:\(side)\(side == "tx" && isMirrored ? "m" : "")#\(palette.text)80")
    return list
  }

  private func beside(_ side: String, isFirst: Bool) -> [String] {
    var list: [String] = []
    for (index, line) in shown {
      let variable = "\(side)\(index)" + (side == "tx" && isMirrored ? "m" : "")
      if request.style == .mirror { list.append("AREA:\(variable)#\(colour(index))20") }
      let dashes = side == "tx" && !isMirrored ? ":dashes=6,3" : ""
      let words = isFirst && hasLegend ? ":" + Self.text(line.name) : dashes.isEmpty ? "" : ":"
      list.append("LINE1.5:\(variable)#\(colour(index))" + words + dashes)
      if isFirst { list += figures(index) }
    }
    return list
  }

  private func figures(_ index: Int) -> [String] {
    guard hasLegend else { return [] }
    return [
      "GPRINT:rx\(index)avg:In %6.2lf %s\(unit)", "GPRINT:rx\(index)max:peak %6.2lf %s\(unit)",
      "GPRINT:tx\(index)avg:Out %6.2lf %s\(unit)", "GPRINT:tx\(index)max:peak %6.2lf %s\(unit)\\l",
    ]
  }
}

/// Text from devices, for librrd.
extension GraphPlan {
  /// Text fit for a title: one line, no control characters, not endless.
  static func line(_ text: String, limit: Int = 160) -> String {
    let plain = text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
      default: String(scalar)
      }
    }
    return plain.prefix(limit).joined()
  }

  /// Text fit for a legend, where `:` separates and `\` commands.
  static func text(_ text: String) -> String {
    let plain = line(text, limit: 40).unicodeScalars.map { $0 == "\\" ? "/" : $0 == ":" ? "\\:" : String($0) }.joined()
    return plain + String(repeating: " ", count: max(0, 14 - text.unicodeScalars.count))
  }
}
