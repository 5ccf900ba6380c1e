/// `device.json`: who a device is, and the lasting identity of each of its interfaces.
package struct DeviceFile: Codable, Sendable, Equatable {
  /// When bills begin, and how much is included.
  package struct Billing: Codable, Sendable, Equatable {
    /// First day of a billing month, 1 to 28.
    package var day: Int
    /// IANA name.
    package var timeZone: String
    /// Bytes in and out per month; `nil`: no quota.
    package var quota: UInt64?
    package init(day: Int, timeZone: String, quota: UInt64? = nil) {
      self.day = day
      self.timeZone = timeZone
      self.quota = quota
    }
  }

  /// One interface; its key in `interfaces` names its files and outlives rename, comment and re-index.
  package struct Interface: Codable, Sendable, Equatable {
    /// A name and the epoch from which it was in use.
    package struct Naming: Codable, Sendable, Equatable {
      package var name: String
      package var from: Double
      package init(name: String, from: Double) {
        self.name = name
        self.from = from
      }
    }
    package var name: String
    package var defaultName: String?
    package var mac: String?
    /// RouterOS `.id`, e.g. `*1`.
    package var id: String?
    package var type: String?
    /// `wan` for an uplink, else `nil`.
    package var role: String?
    package var comment: String?
    package var dynamic: Bool?
    package var running: Bool?
    /// Link speed in bit/s, where known.
    package var speed: Double?
    /// Name of the retention of its archive.
    package var retention: String?
    /// Epochs.
    package var firstSeen: Double?
    package var lastSeen: Double?
    package var names: [Naming]

    package init(name: String) {
      self.name = name
      self.names = []
    }
  }

  package static let knownFormats = 1...1
  package static let sizeLimit = 16 << 20

  package var format: Int
  /// The device's name in the configuration.
  package var device: String
  package var identity: String?
  package var model: String?
  package var serial: String?
  package var version: String?
  package var address: String
  package var labels: [String: String]?
  package var billing: Billing?
  package var interfaces: [String: Interface]

  package init(device: String, address: String) {
    self.format = 1
    self.device = device
    self.address = address
    self.interfaces = [:]
  }

  /// Reads the file at `path`; blocking. Interface keys that cannot name a file are refused: they would lead elsewhere.
  package static func read(_ path: String) throws(FileError) -> DeviceFile {
    let file = try JSONFile.read(DeviceFile.self, path, limit: sizeLimit)
    guard knownFormats.contains(file.format) else {
      throw FileError(.malformed, "read", path, "format \(file.format) is not known to this version")
    }
    guard file.interfaces.keys.allSatisfy({ FolderName.isValid($0) }) else {
      throw FileError(.malformed, "read", path, "an interface key is no valid file name")
    }
    return file
  }

  /// Replaces the file at `path`, synced; blocking.
  package func write(_ path: String) throws(FileError) { try JSONFile.write(self, path, durability: .synced) }

  /// The key of the interface that has this present name, had it, or has this key; present names win.
  package func key(named text: String) -> String? {
    if let present = interfaces.filter({ $0.value.name == text }).map(\.key).sorted().first { return present }
    let former = interfaces.filter { $0.value.names.contains { $0.name == text } }
    // The one that bore the name last.
    if let last = former.max(by: { lastUse(of: text, $0.value) < lastUse(of: text, $1.value) }) { return last.key }
    return interfaces[text] == nil ? nil : text
  }

  private func lastUse(of name: String, _ interface: Interface) -> Double {
    interface.names.filter { $0.name == name }.map(\.from).max() ?? 0
  }
}
