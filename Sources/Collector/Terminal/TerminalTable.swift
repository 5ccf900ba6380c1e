import Shared

/// A table laid out for a terminal.
///
/// Where it is too wide, text is cut: the widest first. Numbers are never cut; where even that does not fit, each row becomes a paragraph.
struct TerminalTable: Sendable {
  struct Column: Sendable, Equatable {
    var heading: String
    var kind: DeviceTable.Kind
  }

  struct Cell: Sendable, Equatable {
    var text: String
    var style = TerminalStyle.plain
  }

  /// Texts longer than this are cut however wide the terminal is.
  static let textLimit = 1000
  private static let gap = 2

  var columns: [Column]
  /// Rows in groups: a blank line stands between two.
  var groups: [[[Cell]]]
  var isColoured = false

  /// - Parameter limit: columns of the terminal; `nil`: as wide as it gets.
  func lines(width limit: Int?) -> [String] {
    let prepared = groups.map { $0.map { $0.map(Self.prepared) } }
    let rows = prepared.flatMap { $0 }
    let contents = columns.indices.map { index in rows.map { DisplayWidth.of($0[index].text) }.max() ?? 0 }
    var widths = zip(columns, contents).map { max(DisplayWidth.of($0.heading), $1) }
    if let limit, !fit(&widths, contents, limit) { return paragraphs(prepared, limit) }
    var lines = [
      line(columns.map { Cell(text: $0.heading, style: .heading) }, widths),
      line(widths.map { Cell(text: String(repeating: "=", count: $0)) }, widths),
    ]
    for (index, group) in prepared.enumerated() {
      if index > 0 { lines.append("") }
      lines += group.map { line($0, widths) }
    }
    return lines
  }

  private static func prepared(_ cell: Cell) -> Cell {
    Cell(text: DisplayWidth.cut(SafeText.line(cell.text), to: textLimit), style: cell.style)
  }

  // MARK: Widths

  /// Makes columns narrower until they fit; `false` when they cannot.
  private func fit(_ widths: inout [Int], _ contents: [Int], _ limit: Int) -> Bool {
    let all = columns.indices
    let numbers = all.filter { TableText.isNumeric(columns[$0].kind) }
    let texts = all.filter { columns[$0].kind == .text }
    let others = all.filter { !numbers.contains($0) && !texts.contains($0) }
    let available = limit - Self.gap * max(0, columns.count - 1)
    func shrink(_ indices: [Int], _ floor: (Int) -> Int) {
      var excess = widths.reduce(0, +) - available
      while excess > 0 {
        guard let widest = indices.filter({ widths[$0] > floor($0) }).max(by: { widths[$0] < widths[$1] }) else { return }
        widths[widest] -= 1
        excess -= 1
      }
    }
    shrink(texts) { _ in 12 }
    // Headings may be cut, what stands under them not.
    shrink(numbers + others) { max(contents[$0], 3) }
    // The first column says what a row is about: ports whose names begin alike must not look the same.
    shrink(texts) { $0 == 0 ? min(contents[0], 12) : 6 }
    shrink(others) { _ in 9 }
    // On narrower screens paragraphs are easier to read than what this leaves.
    if limit >= 72 {
      shrink(others) { _ in 6 }
      shrink(texts) { $0 == 0 ? min(contents[0], 12) : 5 }
    }
    shrink(texts) { _ in 6 }
    return widths.reduce(0, +) <= available
  }

  // MARK: Lines

  private func line(_ cells: [Cell], _ widths: [Int]) -> String {
    var line = ""
    var blanks = 0
    for (index, cell) in cells.enumerated() {
      let text = DisplayWidth.cut(cell.text, to: widths[index])
      let rest = max(0, widths[index] - DisplayWidth.of(text))
      let isRight = index > 0 && TableText.isNumeric(columns[index].kind)
      // No blanks at the end of a line.
      blanks += isRight ? rest : 0
      if !text.isEmpty {
        line += String(repeating: " ", count: blanks) + styled(text, cell.style)
        blanks = 0
      }
      blanks += (isRight ? 0 : rest) + Self.gap
    }
    return line
  }

  private func paragraphs(_ groups: [[[Cell]]], _ limit: Int) -> [String] {
    let headings = columns.map { DisplayWidth.cut($0.heading, to: max(4, limit / 2 - 1)) }
    let indent = (headings.map(DisplayWidth.of).max() ?? 0) + 1
    var lines: [String] = []
    for row in groups.joined() {
      if !lines.isEmpty { lines.append("") }
      for (index, cell) in row.enumerated() where !cell.text.isEmpty {
        let isNumber = TableText.isNumeric(columns[index].kind)
        let text = isNumber ? cell.text : DisplayWidth.cut(cell.text, to: max(1, limit - indent))
        lines.append(styled(DisplayWidth.pad(headings[index], to: indent), .heading) + styled(text, cell.style))
      }
    }
    return lines
  }

  private func styled(_ text: String, _ style: TerminalStyle) -> String {
    isColoured ? style.applied(to: text) : text
  }
}

/// How text looks where there are colours.
enum TerminalStyle: Sendable, Equatable {
  case plain, heading, good, warning, bad, faint

  func applied(to text: String) -> String {
    let code =
      switch self {
      case .plain: ""
      case .heading: "1"
      case .good: "32"
      case .warning: "33"
      case .bad: "31"
      case .faint: "2"
      }
    return code.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
