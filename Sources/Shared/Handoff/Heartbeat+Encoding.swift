extension Heartbeat {
  /// The file's bytes: what the synthesised encoding would give with sorted members, at a small part of its cost. It is written every other
  /// second, for all devices.
  package func encoded() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(1024 + devices.count * 512)
    var members = JSONMembers(&text)
    members.add("collector", collector, to: &text)
    if let config {
      members.add("config", to: &text) { config.append(to: &$0) }
    }
    members.add("devices", to: &text) { text in
      var names = JSONMembers(&text)
      for name in devices.keys.sorted() {
        guard let device = devices[name] else { continue }
        names.add(name, to: &text) { device.append(to: &$0) }
      }
      names.end(&text)
    }
    members.add("format", format, to: &text)
    members.add("host", host, to: &text)
    members.add("interval", interval, to: &text)
    members.add("pid", pid, to: &text)
    members.add("publicIP", publicIP, to: &text)
    members.add("sequence", sequence, to: &text)
    members.add("started", started, to: &text)
    if let storage {
      members.add("storage", to: &text) { storage.append(to: &$0) }
    }
    if let updates {
      members.add("updates", to: &text) { text in
        var channels = JSONMembers(&text)
        for (channel, version) in updates.sorted(by: { $0.key < $1.key }) { channels.add(channel, version, to: &text) }
        channels.end(&text)
      }
    }
    members.add("version", version, to: &text)
    members.add("written", written, to: &text)
    members.end(&text)
    text.append(UInt8(ascii: "\n"))
    return text
  }
}

extension Heartbeat.Device {
  fileprivate func append(to text: inout [UInt8]) {
    var members = JSONMembers(&text)
    members.add("address", address, to: &text)
    members.add("cpuPercent", cpuPercent, to: &text)
    members.add("identity", identity, to: &text)
    members.add("interfaces", interfaces, to: &text)
    members.add("lastSuccess", lastSuccess, to: &text)
    members.add("latencyMs", latencyMs, to: &text)
    members.add("memoryPercent", memoryPercent, to: &text)
    members.add("message", message, to: &text)
    members.add("missedSamples", missedSamples, to: &text)
    members.add("model", model, to: &text)
    members.add("reason", reason, to: &text)
    members.add("rxBps", rxBps, to: &text)
    members.add("since", since, to: &text)
    members.add("state", state.rawValue, to: &text)
    members.add("temperature", temperature, to: &text)
    members.add("txBps", txBps, to: &text)
    members.add("uptime", uptime, to: &text)
    members.add("version", version, to: &text)
    members.end(&text)
  }
}

extension Heartbeat.Storage {
  fileprivate func append(to text: inout [UInt8]) {
    var members = JSONMembers(&text)
    members.add("droppedSamples", droppedSamples, to: &text)
    members.add("flushSeconds", flushSeconds, to: &text)
    members.add("freeBytes", freeBytes, to: &text)
    members.add("lastError", lastError, to: &text)
    members.add("neededBytes", neededBytes, to: &text)
    members.add("pendingSamples", pendingSamples, to: &text)
    members.add("reservedBytes", reservedBytes, to: &text)
    members.add("spoolBytes", spoolBytes, to: &text)
    members.add("spoolDroppedSamples", spoolDroppedSamples, to: &text)
    members.end(&text)
  }
}

extension Heartbeat.Config {
  fileprivate func append(to text: inout [UInt8]) {
    var members = JSONMembers(&text)
    members.add("lastReload", lastReload, to: &text)
    members.add("lastReloadSuccessful", to: &text) { $0 += (lastReloadSuccessful ? "true" : "false").utf8 }
    members.add("problem", problem, to: &text)
    members.end(&text)
  }
}

/// The members of one JSON object, in the order in which they are added; what is `nil` is left out.
private struct JSONMembers {
  private var isFirst = true

  init(_ text: inout [UInt8]) { text.append(UInt8(ascii: "{")) }

  func end(_ text: inout [UInt8]) { text.append(UInt8(ascii: "}")) }

  mutating func add(_ name: String, to text: inout [UInt8], _ value: (inout [UInt8]) -> Void) {
    if !isFirst { text.append(UInt8(ascii: ",")) }
    isFirst = false
    JSONText.append(string: name, to: &text)
    text.append(UInt8(ascii: ":"))
    value(&text)
  }

  mutating func add(_ name: String, _ value: String?, to text: inout [UInt8]) {
    guard let value else { return }
    add(name, to: &text) { JSONText.append(string: value, to: &$0) }
  }

  mutating func add(_ name: String, _ value: Double?, to text: inout [UInt8]) {
    // JSON has no other number than a finite one: what is none is not known.
    guard let value, value.isFinite else { return }
    add(name, to: &text) { JSONText.append(value, to: &$0) }
  }

  mutating func add(_ name: String, _ value: Int?, to text: inout [UInt8]) {
    guard let value else { return }
    add(name, to: &text) { text in
      if value < 0 { text.append(UInt8(ascii: "-")) }
      JSONText.append(UInt64(value.magnitude), to: &text)
    }
  }
}
