/// Decoding of the journal. A reader meets lines that a crash cut, that another version wrote, or that are not ours at all:
/// whatever is wrong makes `nil`, and nothing else.
extension LiveLine {
  /// The longest line that is read, in bytes.
  package static let lengthLimit = 32 << 20

  /// Decodes one line without its newline. Unknown members are skipped; a member of the wrong shape makes the line invalid.
  package static func decode(_ bytes: UnsafeRawBufferPointer) -> LiveLine? {
    guard bytes.count <= lengthLimit else { return nil }
    var reader = JSONReader(bytes)
    var time: Double?
    var devices: [String: Device]?
    let complete = reader.object { name, reader in
      switch name {
      case "t":
        time = reader.number()
        return time != nil
      case "d":
        devices = decodeDevices(&reader)
        return devices != nil
      default: return reader.skipValue()
      }
    }
    guard complete, reader.isAtEnd, let time, isPlausible(time), let devices else { return nil }
    return LiveLine(time: time, devices: devices)
  }

  /// Decodes one line given as an array.
  package static func decode(_ bytes: [UInt8]) -> LiveLine? { bytes.withUnsafeBytes { decode($0) } }

  private static func isPlausible(_ time: Double) -> Bool { time >= 0 && time <= Double(UTCTime.range.upperBound) }

  private static func decodeDevices(_ reader: inout JSONReader) -> [String: Device]? {
    var devices: [String: Device] = [:]
    let complete = reader.object { name, reader in
      var time: Double?
      var interfaces: [String: Interface]?
      let complete = reader.object { member, reader in
        switch member {
        case "t":
          time = reader.number()
          return time != nil
        case "i":
          interfaces = decodeInterfaces(&reader)
          return interfaces != nil
        default: return reader.skipValue()
        }
      }
      guard complete, let time, isPlausible(time), let interfaces else { return false }
      devices[name] = Device(time: time, interfaces: interfaces)
      return true
    }
    return complete ? devices : nil
  }

  private static func decodeInterfaces(_ reader: inout JSONReader) -> [String: Interface]? {
    var interfaces: [String: Interface] = [:]
    let complete = reader.object { key, reader in
      guard reader.take(UInt8(ascii: "[")) else { return false }
      var values: (UInt64?, UInt64?, UInt64?, UInt64?, UInt64?, UInt64?) = (nil, nil, nil, nil, nil, nil)
      for index in 0..<6 {
        if index > 0, !reader.take(UInt8(ascii: ",")) { return false }
        guard let number = reader.unsignedOrNull() else { return false }
        switch index {
        case 0: values.0 = number
        case 1: values.1 = number
        case 2: values.2 = number
        case 3: values.3 = number
        case 4: values.4 = number
        default: values.5 = number
        }
      }
      // A later version may append members.
      while reader.take(UInt8(ascii: ",")) { guard reader.skipValue() else { return false } }
      guard reader.take(UInt8(ascii: "]")), FolderName.isValid(key) else { return false }
      interfaces[key] = Interface(
        rxRate: values.0, txRate: values.1, rxBytes: values.2, txBytes: values.3, rxCounter: values.4, txCounter: values.5)
      return true
    }
    return complete ? interfaces : nil
  }
}
