import Shared

/// What `print` shows of a readout. Pure.
struct PrintOutput: Sendable {
  enum Format: Sendable, Equatable { case table, json, csv }

  var subject: PrintSubject
  var filter = TableFilter()
  var format = Format.table
  var terminal = TerminalDisplay(width: nil, height: nil, isColoured: false)

  /// Lines for people, or a document for programs; without the last line end.
  /// - Parameter isCompact: JSON on one line, where one document follows the other.
  func text(_ readout: PrintReadout, isCompact: Bool = false) throws -> String {
    let listings = subject.listings(readout.facts, readout.answers, readout.context)
    switch format {
    case .table: return lines(listings).joined(separator: "\n")
    case .json:
      return try TableExport.json(listings.first?.columns ?? [], rows(listings), isCompact: isCompact)
    case .csv:
      let csv = TableExport.csv(listings.first?.columns ?? [], rows(listings))
      return String(csv.dropLast())  // the line end, which is one character
    }
  }

  /// Address lists that were asked for and have no entry.
  func missingLists(_ readout: PrintReadout) -> [String] {
    guard case .addressLists(let lists) = subject else { return [] }
    let found = Set(readout.answers.allRows.compactMap { $0["list"] })
    return lists.filter { !found.contains($0) }
  }

  private func rows(_ listings: [PrintListing]) -> [[DeviceTable.Cell]] {
    listings.flatMap { shown($0).shown.map(\.cells) }
  }

  private func shown(_ listing: PrintListing) -> (matching: [TableEntry], shown: [TableEntry]) {
    let matching = listing.entries.filter { filter.passes($0, subject) }
    return (matching, filter.cut(matching, subject))
  }

  private func lines(_ listings: [PrintListing]) -> [String] {
    let filled = listings.filter { !$0.entries.isEmpty }
    if filled.isEmpty { return wrapped(listings.compactMap(\.whenEmpty).first ?? subject.nothing) }
    var lines: [String] = []
    for listing in filled {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(listing)
    }
    return lines
  }

  private func lines(_ listing: PrintListing) -> [String] {
    let (matching, shown) = shown(listing)
    if shown.isEmpty { return wrapped(subject.nothingMatches(listing)) }
    let heads = listing.columns.map { TerminalTable.Column(heading: subject.headsWithTitles ? $0.title : $0.id, kind: $0.type) }
    // A ranking is one list.
    let isRanking = subject == .kidControl && filter.top != nil
    var groups: [[[TerminalTable.Cell]]] = []
    var last: String?
    for entry in shown {
      let cells = zip(listing.columns, entry.cells).map(cell)
      if let last, isRanking || last == entry.group {
        groups[groups.count - 1].append(cells)
      } else {
        groups.append([cells])
      }
      last = entry.group
    }
    let table = TerminalTable(columns: heads, groups: groups, isColoured: terminal.isColoured)
    var lines = listing.title.map { [$0 + ":"] } ?? []
    lines += table.lines(width: terminal.width)
    lines.append("")
    for line in subject.summary(listing, matching: matching, shown: shown, filter) { lines += wrapped(line) }
    return lines
  }

  private func wrapped(_ text: String) -> [String] {
    DisplayWidth.wrap(SafeText.line(text), to: terminal.width ?? TerminalTable.textLimit)
  }

  private func cell(_ column: DeviceTable.Column, _ cell: DeviceTable.Cell) -> TerminalTable.Cell {
    if cell == .none {
      if column.id == "dhcp_address" { return TerminalTable.Cell(text: "No DHCP Record", style: .faint) }
      return TerminalTable.Cell(text: subject.headsWithTitles ? "-" : "")
    }
    return TerminalTable.Cell(text: TableText.text(cell, column.type), style: style(column, cell))
  }

  private func style(_ column: DeviceTable.Column, _ cell: DeviceTable.Cell) -> TerminalStyle {
    switch (column.type, cell) {
    case (.signal, .number(let strength)):
      strength <= filter.defaults.lowSignal ? .bad : strength >= filter.defaults.minSignal ? .good : .plain
    case (_, .text("Up")) where column.id == "status", (_, .text("Plugged-In")) where column.id == "status": .good
    case (_, .text("Down")) where column.id == "status": .bad
    case (_, .text("Unplugged")) where column.id == "status": .faint
    case (.power, .text): .bad
    case (_, .text("Half")) where column.id == "duplex": .warning
    default: .plain
    }
  }
}
