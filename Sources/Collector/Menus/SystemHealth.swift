import Shared

/// `/system/health`: voltages, temperatures, fans, power supplies. RouterOS 7 gives a row per sensor (`name`, `value`, `type`),
/// RouterOS 6 one row with a field per sensor.
struct SystemHealth: SingleMenu {
  /// Families by the sensor's name.
  static let sensors: [(metric: Metric, sensor: String)] = [
    (.gauge("mktxp_system_routerboard_voltage", "Supply voltage"), "voltage"),
    (.gauge("mktxp_system_routerboard_temperature", "Board temperature"), "temperature"),
    (.gauge("mktxp_system_phy_temperature", "PHY temperature"), "phy-temperature"),
    (.gauge("mktxp_system_cpu_temperature", "CPU temperature"), "cpu-temperature"),
    (.gauge("mktxp_system_switch_temperature", "Switch chip temperature"), "switch-temperature"),
    (.gauge("mktxp_system_fan_one_speed", "Speed of fan 1"), "fan1-speed"),
    (.gauge("mktxp_system_fan_two_speed", "Speed of fan 2"), "fan2-speed"),
    (.gauge("mktxp_system_fan_three_speed", "Speed of fan 3"), "fan3-speed"),
    (.gauge("mktxp_system_fan_four_speed", "Speed of fan 4"), "fan4-speed"),
    (.gauge("mktxp_system_power_consumption", "Power draw"), "power-consumption"),
    (.gauge("mktxp_system_board_temperature1", "Board sensor 1"), "board-temperature1"),
    (.gauge("mktxp_system_board_temperature2", "Board sensor 2"), "board-temperature2"),
    (.gauge("mktxp_system_psu1_voltage", "PSU 1 voltage"), "psu1-voltage"),
    (.gauge("mktxp_system_psu2_voltage", "PSU 2 voltage"), "psu2-voltage"),
    (.gauge("mktxp_system_psu1_current", "PSU 1 current"), "psu1-current"),
    (.gauge("mktxp_system_psu2_current", "PSU 2 current"), "psu2-current"),
    (.gauge("mktxp_system_poe_out_consumption", "Power delivered over PoE"), "poe-out-consumption"),
    (.gauge("mktxp_system_jack_voltage", "DC jack voltage"), "jack-voltage"),
    (.gauge("mktxp_system_2pin_voltage", "2-pin input voltage"), "2pin-voltage"),
    (.gauge("mktxp_system_poe_in_voltage", "PoE input voltage"), "poe-in-voltage"),
  ]
  /// Sensors that say how a power supply is.
  static let states: [(metric: Metric, sensor: String)] = [
    (.gauge("mktxp_system_psu1_state", "PSU 1 healthy"), "psu1-state"),
    (.gauge("mktxp_system_psu2_state", "PSU 2 healthy"), "psu2-state"),
  ]

  // Without a list of fields: RouterOS 6 leaves out what a board lacks, and its boards differ.
  let query = MenuQuery(path: "/system/health")
  let metrics = (sensors + states).map(\.metric)

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.health] ? .exported : .off }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let row = Self.bySensor(rows)
    let labels = context.labels()
    for (metric, sensor) in Self.sensors { samples.add(number: metric, row, sensor, labels) }
    for (metric, sensor) in Self.states { samples.add(metric, row, sensor, labels, Self.state) { .unsigned($0 ? 1 : 0) } }
    return samples
  }

  /// Both forms as one row with a field per sensor.
  static func bySensor(_ rows: [Row]) -> Row {
    var fields: [Row.Field] = []
    for row in rows {
      if let name = row["name"], let value = row["value"] {
        fields.append(Row.Field(name: name, value: value))
      } else {
        fields += row.fields
      }
    }
    return Row(fields: fields)
  }

  /// `nil` for any other word: a state that is not known is not a failure.
  private static func state(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "ok", "on", "true", "yes", "y", "t", "1": true
    case "fail", "off", "false", "no", "n", "f", "0": false
    default: nil
    }
  }
}
