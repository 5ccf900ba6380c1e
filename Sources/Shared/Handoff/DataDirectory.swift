/// Every path below a root is built here, and only here.
///
/// A root holds one folder per collector; a collector writes only below its own (see `docs/file-formats.md`).
package struct DataDirectory: Sendable, Hashable {
  /// The absolute path of the root, without a slash at its end.
  package let root: String

  package init(root: String) {
    var path = root
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.root = path
  }

  /// The folder of a collector, by the collector's name.
  package func collector(_ name: String) -> CollectorDirectory {
    CollectorDirectory(path: root + "/" + FolderName.escape(name))
  }

  /// The folder of a collector, by its folder name as found on disk; `nil` when that cannot be one.
  package func collector(folder: String) -> CollectorDirectory? {
    FolderName.isValid(folder) ? CollectorDirectory(path: root + "/" + folder) : nil
  }
}

/// Paths of one collector's folder.
package struct CollectorDirectory: Sendable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  package var lock: String { path + "/.lock" }
  package var heartbeat: String { path + "/heartbeat.json" }
  package var live: String { path + "/live" }
  package var devices: String { path + "/devices" }

  /// The journal file of the UTC minute that holds `epoch`.
  package func live(minuteOf epoch: Int) -> String { live + "/" + UTCTime.minute(epoch) + ".jsonl" }

  /// The folder of a device, by the device's name.
  package func device(_ name: String) -> DeviceDirectory { DeviceDirectory(path: devices + "/" + FolderName.escape(name)) }

  /// The folder of a device, by its folder name as found on disk; `nil` when that cannot be one.
  package func device(folder: String) -> DeviceDirectory? {
    FolderName.isValid(folder) ? DeviceDirectory(path: devices + "/" + folder) : nil
  }
}

/// Paths of one device's folder. Interface keys are folder names already.
package struct DeviceDirectory: Sendable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  package var deviceFile: String { path + "/device.json" }
  package var metrics: String { path + "/metrics.prom" }
  package var tables: String { path + "/tables.json" }
  package var events: String { path + "/events" }
  package var interfaces: String { path + "/interfaces" }
  package var usage: String { path + "/usage" }

  /// The events of the UTC month that holds `epoch`.
  package func events(monthOf epoch: Int) -> String { events + "/" + UTCTime.month(epoch) + ".jsonl" }

  /// The archive of the interface with this key.
  package func archive(_ key: String) -> String { interfaces + "/" + key + ".rrd" }

  /// The folder of the ledger of the interface with this key.
  package func ledger(_ key: String) -> String { usage + "/" + key }

  /// The ledger of the UTC month that holds `epoch`.
  package func ledger(_ key: String, monthOf epoch: Int) -> String { ledger(key) + "/" + UTCTime.month(epoch) + ".csv" }
}
