/// Finds the speeds of Ethernet links, by which impossible counters are told. Pure.
enum LinkSpeeds {
  static let path = "/interface/ethernet"

  /// `monitor` once for the interfaces with these `.id`s.
  static func query(_ ids: [String]) -> MenuQuery {
    MenuQuery(
      path: path, command: "monitor", properties: ["name", "rate"],
      attributes: [("numbers", ids.joined(separator: ",")), ("once", "")])
  }

  /// Bit/s by the interface's name; a link that is down, or says something else, has none.
  static func speeds(_ rows: [Row]) -> [String: Double] {
    var speeds: [String: Double] = [:]
    for row in rows {
      guard let name = row["name"], let rate = row["rate"].flatMap(RowValue.rate), rate > 0 else { continue }
      speeds[name] = Double(rate)
    }
    return speeds
  }
}
