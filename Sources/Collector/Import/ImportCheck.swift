import Shared

/// Whether the file that is about to be written gives the devices of the one that was read.
enum ImportCheck {
  /// Blocking: reads the files that devices refer to.
  /// - Returns: what is different, one line for each device; empty when all is the same.
  /// - Throws: what is wrong with the new file.
  static func differences(
    _ text: String, at path: String, from old: CollectorConfig, _ source: ConfigSource
  ) throws(ConfigErrors) -> [String] {
    var target = source
    target.place = .file(path)
    let document = try INIDocument(parsing: text, file: path)
    var reading = CollectorConfigReading(document: document, source: target, isMKTXP: false)
    let new = try reading.finish().config
    let before = Dictionary(uniqueKeysWithValues: old.devices.map { ($0.name, $0) })
    let after = Dictionary(uniqueKeysWithValues: new.devices.map { ($0.name, $0) })
    var endpoint = old.endpoint
    // The one setting of the endpoint that our format has no key for.
    endpoint.probe.deadline = new.endpoint.probe.deadline
    let devices: [String] = Set(before.keys).union(after.keys).sorted().compactMap { name in
      switch (before[name], after[name]) {
      case (let left?, let right?) where left == right: nil
      case (nil, _): "[\(name)] would be polled, and is not now"
      case (_, nil): "[\(name)] would not be polled any more"
      default: "[\(name)] would be read differently"
      }
    }
    return devices + (endpoint == new.endpoint ? [] : ["what _mktxp.conf says of the server would be read differently"])
  }
}
