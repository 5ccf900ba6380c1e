/// One row of `/interface` as far as identity needs it.
struct InterfaceRow: Sendable, Equatable {
  let id: String
  /// `*A` as 10, to order rows as the device made them; rows with other identifiers come last.
  let order: UInt64
  var name: String
  var defaultName: String?
  /// In capitals.
  var mac: String?
  var type: String?
  var comment: String?
  var isDynamic = false
  var isRunning: Bool?

  static let properties = ["name", "default-name", "mac-address", "type", "comment", "dynamic", "running"]

  init(id: String, name: String) {
    self.id = id
    order = UInt64(id.drop { $0 == "*" }, radix: 16) ?? .max
    self.name = name
  }

  /// `nil` for a row without `.id` or name: it cannot be told from others.
  init?(_ row: Row) {
    guard let id = row[".id"], !id.isEmpty, let name = row["name"], !name.isEmpty else { return nil }
    self.init(id: id, name: name)
    defaultName = row["default-name"].flatMap { $0.isEmpty ? nil : $0 }
    mac = row["mac-address"].flatMap { $0.isEmpty || $0 == "00:00:00:00:00:00" ? nil : $0.uppercased() }
    type = row["type"].flatMap { $0.isEmpty ? nil : $0 }
    comment = row["comment"].flatMap { $0.isEmpty ? nil : $0 }
    isDynamic = row["dynamic"].flatMap(RowValue.boolean) ?? false
    isRunning = row["running"].flatMap(RowValue.boolean)
  }
}
