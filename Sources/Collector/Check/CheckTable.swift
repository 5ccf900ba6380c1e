/// The report as people read it: a line per device, then one per step.
struct CheckTable: Sendable {
  /// Whether ANSI colours are understood where it goes.
  var isColoured = false
  /// Columns of the terminal: longer texts go on in the next line. `nil`: as they are.
  var width: Int?

  func lines(_ report: CheckReport) -> [String] {
    var lines: [String] = []
    let width = report.devices.flatMap(\.steps).map(\.name.count).max().map { min($0, 40) } ?? 0
    for device in report.devices {
      if !lines.isEmpty { lines.append("") }
      lines.append(bold(Self.safe(device.name)) + "  " + (device.ok ? good("ok") : bad("failed")))
      for step in device.steps { lines += self.lines(step, width) }
    }
    if report.devices.count > 1 {
      let failed = report.devices.count { !$0.ok }
      lines += ["", "\(report.devices.count) devices, " + (failed == 0 ? good("all ok") : bad("\(failed) failed"))]
    }
    return lines
  }

  private func lines(_ step: CheckReport.Step, _ width: Int) -> [String] {
    let mark = step.ok ? good("ok  ") : bad("FAIL")
    let line = "  \(mark)  \(pad(step.step.rawValue, 6))  \(pad(Self.safe(step.name), width))  \(time(step.ms))"
    var lines = [line]
    if let error = step.error { lines += folded(error, behind: "        ").map(bad) }
    if let hint = step.hint { lines += folded(hint, behind: "        → ") }
    return lines
  }

  private func folded(_ text: String, behind head: String) -> [String] {
    DisplayWidth.fold(Self.safe(text), behind: head, to: width)
  }

  /// Right-aligned, in milliseconds with one decimal below a hundred.
  private func time(_ ms: Double) -> String {
    let tenths = Int((ms * 10).rounded())
    let text = tenths < 1000 ? "\(tenths / 10).\(tenths % 10)" : "\((tenths + 5) / 10)"
    return String(repeating: " ", count: max(0, 7 - text.count)) + text + " ms"
  }

  private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

  /// A stranger's text must not move the cursor.
  static func safe(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
          default: scalar
          }
        }))
  }

  private func bold(_ text: String) -> String { coloured(text, "1") }
  private func good(_ text: String) -> String { coloured(text, "32") }
  private func bad(_ text: String) -> String { coloured(text, "31") }
  private func coloured(_ text: String, _ code: String) -> String { isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
