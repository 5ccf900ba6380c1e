import HTTPService
import HTTPTypes
import Hummingbird
import Shared

/// `/api/v1/tables`: what menus of devices list, as in `tables.json`; of several collectors' the freshest.
struct TablesRoute {
  /// Seconds for which an answer may be kept: tables are written every `metrics_interval` at most.
  private static let freshness = Freshness.seconds(5)

  let services: WebServices

  func add(to group: RouterGroup<WebContext>) { group.get("tables", use: tables) }

  @Sendable private func tables(_ request: Request, _ context: WebContext) async throws -> Response {
    enum Format: String, CaseIterable { case json, csv }
    let query = try QueryParameters(request.uri.query)
    let format = try query.choice("format", default: Format.json)
    let names = query.all("table")
    for name in names where !DeviceTables.names.contains(name) {
      throw HTTPProblem.badParameter(
        "table", "\"\(name.prefix(64))\" is not known", allowed: DeviceTables.names.joined(separator: ", "))
    }
    if format == .csv, names.count != 1 {
      throw HTTPProblem.badParameter(
        "table", "CSV has the columns of one table; \(names.count) given",
        allowed: "one of " + DeviceTables.names.joined(separator: ", "))
    }
    let snapshot = services.fleet.snapshot()
    let asked = query.all("device")
    let devices =
      try asked.isEmpty ? snapshot.devices : asked.map { name throws(HTTPProblem) in try snapshot.device(parameter: name) }
    var found = await services.tables.tables(of: devices, in: snapshot)
    let roots = Set(devices.flatMap(\.folders).map(\.root))
    if !roots.isEmpty, roots.allSatisfy({ found.failures[$0] != nil }) {
      throw HTTPProblem.unavailable("the storage does not answer")
    }
    if !names.isEmpty {
      for index in found.devices.indices {
        found.devices[index].tables = found.devices[index].tables.filter { names.contains($0.key) }
      }
    }
    if format == .csv { return csv(names[0], found, request) }
    var output = JSONOutput(capacity: 4096 + found.devices.count * 2048)
    output.object {
      // One device by name: the members of its `tables.json`. Otherwise a list of these.
      if asked.count == 1, let device = found.devices.first {
        $0.member("t", snapshot.time)
        Self.members(device, &$0)
      } else {
        $0.member("t", snapshot.time)
        $0.key("devices")
        $0.array { for device in found.devices { $0.object { Self.members(device, &$0) } } }
      }
      $0.key("problems")
      $0.array {
        for (root, text) in found.failures.sorted(by: { $0.key < $1.key }) where snapshot.roots.indices.contains(root) {
          $0.value("storage \(snapshot.roots[root].path) \(text)")
        }
      }
    }
    return .json(output, freshness: Self.freshness, request: request)
  }

  private static func members(_ device: DeviceTables, _ output: inout JSONOutput) {
    output.member("format", 1)
    output.member("device", device.device)
    output.member("written", device.written)
    output.key("tables")
    output.object {
      for (name, table) in device.tables.sorted(by: { $0.key < $1.key }) {
        $0.key(name)
        $0.object { members(table, &$0) }
      }
    }
  }

  private static func members(_ table: DeviceTables.Table, _ output: inout JSONOutput) {
    output.member("t", table.content.t)
    output.member("collector", table.collector)
    output.key("columns")
    output.array {
      for column in table.content.columns {
        $0.object {
          $0.member("id", column.id)
          $0.member("title", column.title)
          $0.member("type", column.type.rawValue)
        }
      }
    }
    output.key("rows")
    output.array {
      for row in table.content.rows {
        $0.array {
          for cell in row {
            switch cell {
            case .text(let text): $0.value(text)
            case .number(let number): $0.value(number)
            case .flag(let flag): $0.value(flag)
            case .none: $0.value(String?.none)
            }
          }
        }
      }
    }
    if let omitted = table.content.omitted { output.member("omitted", omitted) }
  }

  /// One table of all devices asked for: the device, the time of the table, then the columns that any of them has.
  private func csv(_ name: String, _ found: FleetTables, _ request: Request) -> Response {
    var columns: [String] = []
    for device in found.devices {
      for column in device.tables[name]?.content.columns ?? [] where !columns.contains(column.id) { columns.append(column.id) }
    }
    var text = CSVText(["device", "t"] + columns)
    for device in found.devices {
      guard let table = device.tables[name]?.content else { continue }
      let places = columns.map { id in table.columns.firstIndex { $0.id == id } }
      let head: [CSVText.Cell] = [.text(device.device), .real(table.t)]
      for row in table.rows { text.row(head + places.map { $0.map { CSVText.Cell(row[$0]) } ?? .text("") }) }
    }
    return .content(
      text.bytes, type: "text/csv; charset=utf-8; header=present", freshness: Self.freshness, request: request,
      headers: [.contentDisposition: "attachment; filename=\"tables_\(name).csv\""])
  }
}

extension CSVText.Cell {
  fileprivate init(_ cell: DeviceTable.Cell) {
    switch cell {
    case .text(let text): self = .text(text)
    case .number(let number): self = .real(number)
    case .flag(let flag): self = .text(flag ? "true" : "false")
    case .none: self = .text("")
    }
  }
}
