/// One line of the live journal: the samples of one second of a whole collector.
///
/// `{"t": epoch, "d": {device: {"t": epoch, "i": {key: [rxBps, txBps, rxBytes, txBytes, rxCounter, txCounter]}}}}`
package struct LiveLine: Sendable, Equatable {
  /// What one poll told about one interface. `nil` is unknown.
  package struct Interface: Sendable, Equatable {
    /// Rates since the previous sample in bit/s, rounded; `nil` on the first sample, after a gap and on a reset.
    package var rxRate: UInt64?
    package var txRate: UInt64?
    /// Increase since the interface's previous sample, bytes; known across a gap, unknown on a reset.
    package var rxBytes: UInt64?
    package var txBytes: UInt64?
    /// The device's own counters.
    package var rxCounter: UInt64?
    package var txCounter: UInt64?

    package init(
      rxRate: UInt64?, txRate: UInt64?, rxBytes: UInt64?, txBytes: UInt64?, rxCounter: UInt64?, txCounter: UInt64?
    ) {
      self.rxRate = rxRate
      self.txRate = txRate
      self.rxBytes = rxBytes
      self.txBytes = txBytes
      self.rxCounter = rxCounter
      self.txCounter = txCounter
    }
  }

  /// One poll of one device.
  package struct Device: Sendable, Equatable {
    /// The middle of the round trip, epoch seconds.
    package var time: Double
    /// By interface key.
    package var interfaces: [String: Interface]

    package init(time: Double, interfaces: [String: Interface]) {
      self.time = time
      self.interfaces = interfaces
    }
  }

  /// When the line was written, epoch seconds.
  package var time: Double
  /// By device name; a device without a new sample is absent.
  package var devices: [String: Device]

  package init(time: Double, devices: [String: Device]) {
    self.time = time
    self.devices = devices
  }

  /// The line with its newline. Devices and keys are sorted, times have milliseconds.
  package func encoded() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(64 + devices.reduce(0) { $0 + 40 + $1.value.interfaces.count * 80 })
    text += #"{"t":"#.utf8
    JSONText.append(seconds: time, to: &text)
    text += #","d":{"#.utf8
    var firstDevice = true
    for (name, device) in devices.sorted(by: { $0.key < $1.key }) {
      if !firstDevice { text.append(UInt8(ascii: ",")) }
      firstDevice = false
      JSONText.append(string: name, to: &text)
      text += #":{"t":"#.utf8
      JSONText.append(seconds: device.time, to: &text)
      text += #","i":{"#.utf8
      var firstInterface = true
      // Numbers are larger than keys: they are not moved about to be sorted.
      for place in device.interfaces.indices.sorted(by: { device.interfaces[$0].key < device.interfaces[$1].key }) {
        let (key, value) = device.interfaces[place]
        if !firstInterface { text.append(UInt8(ascii: ",")) }
        firstInterface = false
        JSONText.append(string: key, to: &text)
        text.append(UInt8(ascii: ":"))
        value.append(to: &text)
      }
      text += "}}".utf8
    }
    text += "}}\n".utf8
    return text
  }
}

extension LiveLine.Interface {
  /// As an array of numbers.
  fileprivate func append(to text: inout [UInt8]) {
    var separator = UInt8(ascii: "[")
    func append(_ number: UInt64?) {
      text.append(separator)
      JSONText.append(number, to: &text)
      separator = UInt8(ascii: ",")
    }
    append(rxRate)
    append(txRate)
    append(rxBytes)
    append(txBytes)
    append(rxCounter)
    append(txCounter)
    text.append(UInt8(ascii: "]"))
  }
}
