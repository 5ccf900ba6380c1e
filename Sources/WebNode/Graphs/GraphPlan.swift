import Shared

/// The arguments with which librrd draws a request: a pure function. The same plan serves the drawing in this process, from rows
/// handed in, and the command that people copy, from the archive's file.
struct GraphPlan: Sendable {
  enum Source: Sendable {
    /// Rows handed in under this name.
    case rows(String)
    /// The file at this path; whether it holds peaks.
    case archive(String, hasPeaks: Bool)

    fileprivate func definition(_ variable: String, _ column: String, _ consolidation: String) -> String {
      switch self {
      case .rows(let name): "DEF:\(variable)=cb//\(name):\(column):\(consolidation)"
      case .archive(let path, _):
        "DEF:\(variable)=\(path.replacing("\\", with: "\\\\").replacing(":", with: "\\:")):\(column):\(consolidation)"
      }
    }
  }

  let request: GraphRequest
  let source: Source
  /// Up to here a second without a value is a gap; afterwards nothing is expected yet.
  let knownUntil: Int

  /// Everything after `rrdtool graph FILE --start … --end …`.
  var arguments: [String] { options + definitions + drawing }

  private var palette: GraphPalette { .of(request.theme) }
  private var isMirrored: Bool { request.style == .mirror }
  private var hasLegend: Bool { request.width >= 480 && request.height >= 160 }
  private var hasPeaks: Bool {
    if case .archive(_, hasPeaks: false) = source { return false }
    return request.peaks
  }

  private var options: [String] {
    var list = [
      "--imgformat", request.format.rawValue.uppercased(), "--width", String(request.width), "--height", String(request.height),
      "--full-size-mode", "--slope-mode", "--border", "0", "--disable-rrdtool-tag", "--base", "1000",
    ]
    if !isMirrored { list += ["--lower-limit", "0"] }
    for (element, colour) in [
      ("BACK", palette.card), ("CANVAS", palette.canvas), ("FONT", palette.muted), ("GRID", palette.grid),
      ("MGRID", palette.grid), ("AXIS", palette.axis), ("ARROW", palette.axis), ("FRAME", palette.card),
      ("SHADEA", palette.card), ("SHADEB", palette.card),
    ] {
      list += ["--color", "\(element)#\(colour)"]
    }
    if hasLegend {
      list += ["--title=" + Self.line("\(request.device)  \(request.interface)"), "--vertical-label", "bit/s"]
    } else {
      list.append("--no-legend")
      if request.height < 100 || request.width < 240 { list.append("--only-graph") }
    }
    return list
  }

  private var definitions: [String] {
    var list = [source.definition("rx", "rx", "AVERAGE"), source.definition("tx", "tx", "AVERAGE")]
    if hasPeaks { list += [source.definition("rxp", "rx", "MAX"), source.definition("txp", "tx", "MAX")] }
    list.append("CDEF:gap=TIME,\(knownUntil),LE,rx,UN,INF,UNKN,IF,UNKN,IF")
    if isMirrored {
      list += ["CDEF:gapm=gap,-1,*", "CDEF:txm=tx,-1,*"]
      if hasPeaks { list.append("CDEF:txpm=txp,-1,*") }
    }
    if hasLegend {
      for name in ["rx", "tx"] {
        list += [
          "VDEF:\(name)avg=\(name),AVERAGE", "VDEF:\(name)max=\(name)\(hasPeaks ? "p" : ""),MAXIMUM",
          "VDEF:\(name)now=\(name),LAST",
        ]
        if request.volume, request.volumes == nil { list += ["CDEF:\(name)b=\(name),8,/", "VDEF:\(name)v=\(name)b,TOTAL"] }
      }
    }
    return list
  }

  /// Fills of both directions first, then lines.
  private var drawing: [String] {
    let (tx, txPeak) = isMirrored ? ("txm", "txpm") : ("tx", "txp")
    var list = ["AREA:gap#\(palette.gap)"]
    if isMirrored { list.append("AREA:gapm#\(palette.gap)") }
    if hasPeaks { list += ["AREA:rxp#\(palette.rx)38", "AREA:\(txPeak)#\(palette.tx)38"] }
    if request.style != .line { list += ["AREA:rx#\(palette.rx)50", "AREA:\(tx)#\(palette.tx)50"] }
    if isMirrored { list.append("HRULE:0#\(palette.axis)") }
    guard hasLegend else { return list + ["LINE1.5:rx#\(palette.rx)", "LINE1.5:\(tx)#\(palette.tx)\(dashes(empty: true))"] }
    list += ["LINE1.5:rx#\(palette.rx):In "] + figures("rx")
    list += ["LINE1.5:\(tx)#\(palette.tx):Out\(dashes(empty: false))"] + figures("tx")
    return list
  }

  /// Direction is not told by colour alone: in line style Out is dashed.
  private func dashes(empty: Bool) -> String { request.style == .line ? (empty ? "::" : ":") + "dashes=6,3" : "" }

  private func figures(_ name: String) -> [String] {
    var list = [
      "GPRINT:\(name)now:now %6.2lf %sbit/s", "GPRINT:\(name)avg:average %6.2lf %sbit/s", "GPRINT:\(name)max:peak %6.2lf %sbit/s",
    ]
    if let volumes = request.volumes {
      list.append("COMMENT:volume \(name == "rx" ? volumes.rx : volumes.tx)")
    } else if request.volume {
      list.append("GPRINT:\(name)v:volume %6.2lf %sB")
    }
    list[list.count - 1] += "\\l"
    return list
  }

  /// Text fit for a title: one line, no control characters, not endless.
  private static func line(_ text: String) -> String {
    let plain = text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
      default: String(scalar)
      }
    }
    return plain.prefix(160).joined()
  }
}
