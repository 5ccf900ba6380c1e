/// `tables.json`: what a device's menus list, as tables for people.
package struct TablesFile: Codable, Sendable, Equatable {
  package static let knownFormats = 1...1
  package static let sizeLimit = 16 << 20

  package var format: Int
  /// The device's name in the configuration.
  package var device: String
  /// Epoch seconds; each table has a time of its own.
  package var written: Double
  /// By name: `dhcp`, `wifi`, `capsman`, `connections`, `kid-control`, `address-lists`, `netwatch`, `neighbors`. A menu that is off, or
  /// that the device does not have, has no table.
  package var tables: [String: DeviceTable]

  package init(device: String, written: Double, tables: [String: DeviceTable] = [:]) {
    format = 1
    self.device = device
    self.written = written
    self.tables = tables
  }

  /// Reads the file at `path`; blocking. A row that has not as many cells as there are columns makes the file unusable: nobody could tell
  /// which cell is which.
  package static func read(_ path: String) throws(FileError) -> TablesFile {
    let file = try JSONFile.read(TablesFile.self, path, limit: sizeLimit)
    guard knownFormats.contains(file.format) else {
      throw FileError(.malformed, "read", path, "format \(file.format) is not known to this version")
    }
    guard file.tables.values.allSatisfy({ table in table.rows.allSatisfy { $0.count == table.columns.count } }) else {
      throw FileError(.malformed, "read", path, "a row has not as many cells as there are columns")
    }
    return file
  }

  /// Replaces the file at `path`; blocking. It is made anew all the time, so it need not outlive a power cut.
  package func write(_ path: String) throws(FileError) { try JSONFile.write(self, path, durability: .atomic) }
}
