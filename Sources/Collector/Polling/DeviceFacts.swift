/// What a device says about itself, gathered from the menus' answers. Pure.
struct DeviceFacts: Sendable, Equatable {
  var identity: String?
  var model: String?
  var serial: String?
  var version: String?
  /// Seconds since boot, when last told.
  var uptime: Double?
  var cpuPercent: Double?
  var memoryPercent: Double?
  /// °C; of the board, else of the processor.
  var temperature: Double?
  private var board: String?

  /// Takes the answer of the menu with this path; menus that say nothing about the device as a whole change nothing.
  mutating func take(_ path: String, _ rows: [Row]) {
    guard let row = rows.first else { return }
    switch path {
    case "/system/identity": identity = row["name"] ?? identity
    case "/system/resource": takeResource(row)
    case "/system/routerboard":
      model = Self.text(row["model"]) ?? model ?? board
      serial = Self.text(row["serial-number"]) ?? serial
    case "/system/health":
      let sensors = SystemHealth.bySensor(rows)
      temperature =
        ["temperature", "board-temperature1", "cpu-temperature"].lazy
        .compactMap { sensors[$0].flatMap(RowValue.number) }.first
    default: break
    }
  }

  /// What may have changed while the device was away is no longer claimed.
  mutating func forgetReadings() {
    uptime = nil
    cpuPercent = nil
    memoryPercent = nil
    temperature = nil
  }

  private mutating func takeResource(_ row: Row) {
    uptime = row["uptime"].flatMap(RowValue.duration)?.seconds
    version = Self.text(row["version"]) ?? version
    board = Self.text(row["board-name"])
    model = model ?? board
    cpuPercent = row["cpu-load"].flatMap(RowValue.number)
    if let free = row["free-memory"].flatMap(RowValue.number), let total = row["total-memory"].flatMap(RowValue.number), total > 0
    {
      memoryPercent = ((total - free) / total * 1000).rounded() / 10
    } else {
      memoryPercent = nil
    }
  }

  private static func text(_ value: String?) -> String? { value.flatMap { $0.isEmpty ? nil : $0 } }
}
