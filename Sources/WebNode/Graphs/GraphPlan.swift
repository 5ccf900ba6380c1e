import Shared

/// The arguments with which librrd draws a request: a pure function. The same plan serves the drawing by the node, from rows
/// handed in, and the command that people copy, from the archives' files.
struct GraphPlan: Sendable {
  enum Source: Sendable {
    /// Rows handed in under this name.
    case rows(String)
    /// The file at this path; whether it holds peaks.
    case archive(String, hasPeaks: Bool)

    fileprivate func definition(_ variable: String, _ column: String, _ consolidation: String, _ rest: String = "") -> String {
      switch self {
      case .rows(let name): "DEF:\(variable)=cb//\(name):\(column):\(consolidation)"
      case .archive(let path, _):
        "DEF:\(variable)=\(path.replacing("\\", with: "\\\\").replacing(":", with: "\\:")):\(column):\(consolidation)\(rest)"
      }
    }

    fileprivate var hasPeaks: Bool {
      if case .archive(_, hasPeaks: false) = self { return false }
      return true
    }
  }

  /// A line: where its values come from, and its name among several.
  struct Line: Sendable {
    var source: Source
    var name: String
  }

  let request: GraphRequest
  /// At least one; several are drawn in colours of their own.
  let lines: [Line]
  /// Up to here a second without a value is a gap; afterwards nothing is expected yet.
  let knownUntil: Int
  /// The earlier period, of one line: rows that are shifted already, or the archive.
  var earlier: Source?

  /// Everything after `rrdtool graph FILE --start … --end …`.
  var arguments: [String] { options + definitions + (isSeveral ? severalDrawing : drawing) }

  var isSeveral: Bool { lines.count > 1 }
  var palette: GraphPalette { .of(request.theme) }
  /// One direction needs no second side, nor does a logarithm have one.
  var isMirrored: Bool {
    let isAsked = request.style == .mirror || (isSeveral && request.style == .area && shows("in") && shows("out"))
    return isAsked && !request.logarithmic
  }
  var hasLegend: Bool { request.width >= 480 && request.height >= 160 }
  private var hasPeaks: Bool { request.peaks && !isSeveral && lines.allSatisfy(\.source.hasPeaks) }
  var unit: String { request.bytes ? "B/s" : "bit/s" }

  func shows(_ side: String) -> Bool {
    // Nobody wants an empty picture.
    !request.hidden.contains(side) || (request.hidden.contains("in") && request.hidden.contains("out"))
  }

  private var options: [String] {
    var list = [
      "--imgformat", request.format.rawValue.uppercased(), "--width", String(request.width), "--height", String(request.height),
      "--full-size-mode", "--slope-mode", "--border", "0", "--disable-rrdtool-tag", "--base", "1000",
    ]
    if request.logarithmic {
      list += ["--logarithmic", "--lower-limit", "1000", "--units=si"]
    } else if !isMirrored {
      list += ["--lower-limit", "0"]
    } else if hasLegend {
      // librrd cannot label one axis upwards and downwards: the left one tells In, the right one Out.
      list += [
        "--right-axis", "-0.000001:0", "--right-axis-format", "%lg", "--right-axis-label", "Out, M\(unit)",
      ]
    }
    for (element, colour) in [
      ("BACK", palette.card), ("CANVAS", palette.canvas), ("FONT", palette.muted), ("GRID", palette.grid),
      ("MGRID", palette.grid), ("AXIS", palette.axis), ("ARROW", palette.axis), ("FRAME", palette.card),
      ("SHADEA", palette.card), ("SHADEB", palette.card),
    ] {
      list += ["--color", "\(element)#\(colour)"]
    }
    if hasLegend {
      list += ["--title=" + Self.line(request.title), "--vertical-label", isMirrored ? "In, \(unit)" : unit]
    } else {
      list.append("--no-legend")
      if request.height < 100 || request.width < 240 { list.append("--only-graph") }
    }
    return list
  }

  /// A variable of one column, in the unit that is asked for.
  func define(_ variable: String, _ source: Source, _ column: String, _ consolidation: String, _ rest: String = "") -> [String] {
    guard request.bytes else { return [source.definition(variable, column, consolidation, rest)] }
    return [source.definition("b" + variable, column, consolidation, rest), "CDEF:\(variable)=b\(variable),8,/"]
  }

  private var definitions: [String] {
    if isSeveral { return severalDefinitions }
    let source = lines[0].source
    var list = define("rx", source, "rx", "AVERAGE") + define("tx", source, "tx", "AVERAGE")
    if hasPeaks { list += define("rxp", source, "rx", "MAX") + define("txp", source, "tx", "MAX") }
    list += earlierDefinitions
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
        if request.volume, request.volumes == nil {
          list += ["CDEF:\(name)b=\(name),\(request.bytes ? 1 : 8),/", "VDEF:\(name)v=\(name)b,TOTAL"]
        }
      }
    }
    return list
  }

  /// The earlier period, moved to the time of the view.
  var earlierDefinitions: [String] {
    guard let earlier, let shift = request.compare else { return [] }
    var list: [String] = []
    let range = ":start=\(request.window.from - shift):end=\(request.window.to - shift)"
    for name in ["rx", "tx"] {
      list += define("\(name)e", earlier, name, "AVERAGE", range)
      if case .archive = earlier { list.append("SHIFT:\(name)e:\(shift)") }
    }
    if isMirrored { list.append("CDEF:txem=txe,-1,*") }
    return list
  }

  /// Muted, beneath everything.
  var earlierDrawing: [String] {
    guard earlier != nil, let shift = request.compare else { return [] }
    let words = hasLegend ? ":" + Self.text("\(Format.duration(Double(shift)).replacing(Format.narrow, with: " ")) before") : ""
    var list: [String] = []
    if shows("in") { list.append("LINE1:rxe#\(palette.rx)99\(words)") }
    if shows("out") { list.append("LINE1:\(isMirrored ? "txem" : "txe")#\(palette.tx)99") }
    if hasLegend { list.append("COMMENT:\\l") }
    return list
  }

  /// Fills of both directions first, then lines.
  private var drawing: [String] {
    let (tx, txPeak) = isMirrored ? ("txm", "txpm") : ("tx", "txp")
    let sides = [("in", "rx", "rxp", palette.rx), ("out", tx, txPeak, palette.tx)].filter { shows($0.0) }
    var list = ["AREA:gap#\(palette.gap)"]
    if isMirrored { list.append("AREA:gapm#\(palette.gap)") }
    if hasPeaks { list += sides.map { "AREA:\($0.2)#\($0.3)38" } }
    if request.style != .line { list += sides.map { "AREA:\($0.1)#\($0.3)50" } }
    if isMirrored { list.append("HRULE:0#\(palette.axis)") }
    list += earlierDrawing
    for (side, variable, _, colour) in sides {
      // Direction is not told by colour alone: in line style Out is dashed.
      let dashes = side == "out" && request.style == .line ? "dashes=6,3" : nil
      guard hasLegend else {
        list.append("LINE1.5:\(variable)#\(colour)" + (dashes.map { "::" + $0 } ?? ""))
        continue
      }
      list.append("LINE1.5:\(variable)#\(colour):\(side == "in" ? "In " : "Out")" + (dashes.map { ":" + $0 } ?? ""))
      list += figures(side == "in" ? "rx" : "tx")
    }
    return list
  }

  private func figures(_ name: String) -> [String] {
    var list = [
      "GPRINT:\(name)now:now %6.2lf %s\(unit)", "GPRINT:\(name)avg:average %6.2lf %s\(unit)",
      "GPRINT:\(name)max:peak %6.2lf %s\(unit)",
    ]
    if let volumes = request.volumes {
      list.append("COMMENT:volume \(name == "rx" ? volumes.rx : volumes.tx)")
    } else if request.volume {
      list.append("GPRINT:\(name)v:volume %6.2lf %sB")
    }
    list[list.count - 1] += "\\l"
    return list
  }
}
