import Shared

/// `/ip/kid-control/device`: what devices use. `kid_control_assigned` is for those of a user, `kid_control_dynamic` for all.
struct KidControl: SingleMenu {
  static let info = Metric.gauge("mktxp_kid_control_device_info", "Device known to Kid Control")
  static let down = Metric.counter("mktxp_kid_control_device_bytes_down_total", "Bytes that the device received")
  static let up = Metric.counter("mktxp_kid_control_device_bytes_up_total", "Bytes that the device sent")
  static let rateUp = Metric.gauge("mktxp_kid_control_device_rate_up", "Rate at which the device sends in bit/s")
  static let rateDown = Metric.gauge("mktxp_kid_control_device_rate_down", "Rate at which the device receives in bit/s")
  static let idle = Metric.gauge("mktxp_kid_control_device_idle_time", "Time since the device was last active in seconds")

  let query = MenuQuery(
    path: "/ip/kid-control/device",
    properties: [
      "name", "mac-address", "user", "ip-address", "disabled", "bytes-down", "bytes-up", "rate-up", "rate-down", "idle-time",
    ])
  let metrics = [info, down, up, rateUp, rateDown, idle]

  var needs: DeviceKnowledge.Parts { .leases }

  func use(_ switches: MenuSwitches) -> MenuUse {
    switches.any(.kidControlAssigned, .kidControlDynamic) ? .exported : .off
  }

  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for row in rows {
      let user = row["user"] ?? ""
      guard !user.isEmpty || context.switches[.kidControlDynamic] else { continue }
      guard let mac = row["mac-address"] else {
        samples.drop()
        continue
      }
      let own = [("name", row["name"]), ("dhcp_name", context.clientName(mac)), ("mac_address", mac), ("user", row["user"])]
      let isDisabled = row["disabled"].flatMap(RowValue.boolean).map { $0 ? "1" : "0" }
      samples.add(info: Self.info, context.labels(own + [("ip_address", row["ip-address"]), ("disabled", isDisabled)]))
      let labels = context.labels(own)
      samples.add(counter: Self.down, row, "bytes-down", labels)
      samples.add(counter: Self.up, row, "bytes-up", labels)
      samples.add(rate: Self.rateUp, row.known, "rate-up", labels)
      samples.add(rate: Self.rateDown, row.known, "rate-down", labels)
      samples.add(seconds: Self.idle, row.known, "idle-time", labels)
    }
    return samples
  }
}
