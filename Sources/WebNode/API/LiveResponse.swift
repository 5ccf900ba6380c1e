import Shared

/// `/api/v1/live`: the newest sample of devices and their interfaces.
enum LiveResponse {
  static func output(_ devices: [DeviceView], time: Double) -> JSONOutput {
    var output = JSONOutput(capacity: 1024 + devices.count * 512)
    output.object {
      $0.member("t", time)
      $0.key("devices")
      $0.object {
        for device in devices {
          $0.key(device.name)
          $0.object { members(device, &$0) }
        }
      }
    }
    return output
  }

  private static func members(_ device: DeviceView, _ output: inout JSONOutput) {
    output.member("t", device.sampleTime)
    output.member("state", device.state.rawValue)
    output.member("in", rate: device.rxRate)
    output.member("out", rate: device.txRate)
    output.key("interfaces")
    output.object {
      var used: Set<String> = []
      for interface in device.interfaces {
        // Two interfaces of one name cannot both be members: the second stands under its key.
        $0.key(used.insert(interface.name).inserted ? interface.name : interface.key)
        $0.object {
          $0.member("t", interface.time)
          $0.member("in", rate: interface.rxRate)
          $0.member("out", rate: interface.txRate)
        }
      }
    }
  }
}
