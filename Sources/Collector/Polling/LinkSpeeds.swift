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

  /// `1 Gbit/s`, `2.5 Gbit/s`, `100 Mbit/s`.
  static func text(_ speed: Double) -> String {
    let (number, unit) = speed >= 1e9 ? (speed / 1e9, "Gbit/s") : (speed / 1e6, "Mbit/s")
    return (number == number.rounded() && number < 1e15 ? String(Int(number)) : String(number)) + " " + unit
  }
}
