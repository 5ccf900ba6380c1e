import Shared

/// One row of a table, with what it was made of.
struct TableEntry: Sendable, Equatable {
  let columns: [DeviceTable.Column]
  var cells: [DeviceTable.Cell]
  /// As the device gave it: filters see all of it.
  var row: Row
  /// Entries of the same group stand together: an interface's clients, a server's leases.
  var group = ""

  /// The cell of the column with this id.
  subscript(id: String) -> DeviceTable.Cell { columns.firstIndex { $0.id == id }.map { cells[$0] } ?? .none }

  func number(_ id: String) -> Double? {
    if case .number(let number) = self[id] { return number }
    return nil
  }

  func text(_ id: String) -> String? {
    if case .text(let text) = self[id] { return text }
    return nil
  }

  /// Whether the device says so; RouterOS 6 leaves out what is false.
  func flag(_ field: String) -> Bool { row[field].flatMap(RowValue.boolean) ?? false }
}

extension [TableEntry] {
  /// In order, and those of a group together: the group of the first entry comes first.
  func grouped(by precedes: (TableEntry, TableEntry) -> Bool) -> [TableEntry] {
    let sorted = sorted(by: precedes)
    var places: [String: Int] = [:]
    for entry in sorted where places[entry.group] == nil { places[entry.group] = places.count }
    return sorted.enumerated().sorted {
      let (left, right) = (places[$0.element.group] ?? 0, places[$1.element.group] ?? 0)
      return left == right ? $0.offset < $1.offset : left < right
    }.map(\.element)
  }

  /// How many entries each group has, in order of appearance.
  var groupCounts: [(group: String, count: Int)] {
    var counts: [(group: String, count: Int)] = []
    var places: [String: Int] = [:]
    for entry in self {
      if let place = places[entry.group] {
        counts[place].count += 1
      } else {
        places[entry.group] = counts.count
        counts.append((entry.group, 1))
      }
    }
    return counts
  }
}

extension DeviceTable.Cell {
  /// Text; an absent field is nothing, as is an empty one.
  static func text(_ text: String?) -> DeviceTable.Cell { text.map { $0.isEmpty ? .none : .text($0) } ?? .none }

  static func number(_ number: Double?) -> DeviceTable.Cell { number.map { .number($0) } ?? .none }

  /// What `parse` makes of the field. What is unreadable is shown as it is: a person may know better.
  static func reading(_ row: Row, _ field: String, _ parse: (String) -> Double?) -> DeviceTable.Cell {
    switch row.read(field, parse) {
    case .absent: .none
    case .value(let number): .number(number)
    case .unreadable(let text): .text(Optional(text))
    }
  }
}
