import Shared

/// `/api/v1/devices` and `/api/v1/devices/{device}`.
enum DevicesResponse {
  /// Seconds in a sparkline.
  static let sparkSeconds = 900

  static func all(_ snapshot: FleetSnapshot) -> JSONOutput {
    var output = JSONOutput(capacity: 4096 + snapshot.devices.count * 12_000)
    output.object {
      $0.member("t", snapshot.time)
      $0.key("devices")
      $0.array { for device in snapshot.devices { $0.object { members(device, &$0) } } }
    }
    return output
  }

  static func one(_ device: DeviceView, time: Double) -> JSONOutput {
    var output = JSONOutput(capacity: 16_384)
    output.object {
      members(device, &$0)
      $0.member("now", time)
      $0.member("serial", device.serial)
      $0.member("uptime", device.uptime)
      $0.member("cpuPercent", device.cpuPercent)
      $0.member("memoryPercent", device.memoryPercent)
      $0.member("temperature", device.temperature)
      $0.member("missedSamples", device.missedSamples)
      $0.key("replicas")
      $0.array { for replica in device.replicas { $0.object { members(replica, &$0) } } }
      $0.key("interfaces")
      $0.array { for interface in device.interfaces { $0.object { members(interface, &$0) } } }
    }
    return output
  }

  private static func members(_ device: DeviceView, _ output: inout JSONOutput) {
    output.member("name", device.name)
    output.member("state", device.state.rawValue)
    output.member("reason", device.reason)
    output.member("message", device.message)
    output.member("since", device.since)
    output.member("identity", device.identity)
    output.member("model", device.model)
    output.member("version", device.version)
    output.member("address", device.address)
    output.key("collectors")
    output.array { for name in device.collectors { $0.value(name) } }
    output.member("t", device.sampleTime)
    output.member("in", rate: device.rxRate)
    output.member("out", rate: device.txRate)
    output.member("latencyMs", device.latencyMs)
    output.key("today")
    if let today = device.today {
      output.object {
        $0.member("in", today.rx)
        $0.member("out", today.tx)
        $0.member("coverage", today.coverage)
        $0.member("flags", today.flagText)
      }
    } else {
      output.value(String?.none)
    }
    output.key("spark")
    let spark = device.spark(seconds: sparkSeconds)
    output.object {
      $0.member("t0", spark.values.isEmpty ? nil : spark.t0)
      $0.member("step", 1)
      $0.key("in")
      $0.array { for rates in spark.values { $0.rate(rates?.rx) } }
      $0.key("out")
      $0.array { for rates in spark.values { $0.rate(rates?.tx) } }
    }
  }

  private static func members(_ replica: DeviceView.Replica, _ output: inout JSONOutput) {
    output.member("collector", replica.collector)
    output.member("root", replica.root)
    output.member("state", replica.state.rawValue)
    output.member("reason", replica.reason)
    output.member("t", replica.sampleTime)
    output.member("isPast", replica.isRetired)
  }

  private static func members(_ interface: InterfaceView, _ output: inout JSONOutput) {
    output.member("key", interface.key)
    output.member("name", interface.name)
    output.member("comment", interface.comment)
    output.member("type", interface.type)
    output.member("role", interface.role)
    output.member("running", interface.running)
    output.member("speed", interface.speed)
    output.member("t", interface.time)
    output.member("in", rate: interface.rxRate)
    output.member("out", rate: interface.txRate)
  }
}
