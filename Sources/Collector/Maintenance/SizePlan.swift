import Shared

/// What disk space archives take and will take. Pure.
struct SizePlan: Sendable, Equatable, Encodable {
  /// The archives of one device.
  struct Device: Sendable, Equatable, Encodable {
    var device: String
    var retention: String
    var bytesPerArchive: Int
    /// `nil`: not known before the device was reached.
    var interfaces: Int?
    /// Archives that are there, and their bytes.
    var existing = 0
    var existingBytes = 0

    /// Bytes when every interface has its archive.
    var total: Int? { interfaces.map { existingBytes + max(0, $0 - existing) * bytesPerArchive } }
    var missing: Int { max(0, (interfaces ?? 0) - existing) }

    private enum CodingKeys: String, CodingKey {
      case device, retention, bytesPerArchive, interfaces, existing, existingBytes, totalBytes
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(device, forKey: .device)
      try values.encode(retention, forKey: .retention)
      try values.encode(bytesPerArchive, forKey: .bytesPerArchive)
      try values.encode(interfaces, forKey: .interfaces)
      try values.encode(existing, forKey: .existing)
      try values.encode(existingBytes, forKey: .existingBytes)
      try values.encode(total, forKey: .totalBytes)
    }
  }

  var devices: [Device]
  var freeBytes: Int
  /// Retentions to choose from.
  var retentions: [Retention]

  /// A year of a ledger of one interface: 105,192 rows of some 70 bytes.
  static let ledgerBytesPerYear = 7_400_000

  /// Bytes of all archives, of the devices whose interfaces are known.
  var totalBytes: Int { devices.reduce(0) { $0 + ($1.total ?? $1.existingBytes) } }
  var existingBytes: Int { devices.reduce(0) { $0 + $1.existingBytes } }
  /// Bytes still to be taken.
  var neededBytes: Int { totalBytes - existingBytes }
  var fits: Bool { neededBytes <= freeBytes }
  var unknown: [String] { devices.filter { $0.interfaces == nil }.map(\.device) }
  var ledgerBytesPerYear: Int { devices.reduce(0) { $0 + max($1.interfaces ?? 0, $1.existing) } * Self.ledgerBytesPerYear }

  /// The retentions with which the missing archives would fit, largest first.
  var fitting: [Retention] {
    let missing = devices.reduce(0) { $0 + $1.missing }
    return retentions.filter { $0.bytes * missing <= freeBytes }.sorted { $0.bytes > $1.bytes }
  }

  /// In words whether it fits, and what would.
  func verdict(_ bytes: (Int) -> String) -> [String] {
    var lines: [String] = []
    if fits {
      lines.append(
        "it fits\(unknown.isEmpty ? "" : ", as far as it is known"): \(bytes(neededBytes)) still to be taken, \(bytes(freeBytes)) free"
      )
      if neededBytes > freeBytes / 10 * 9 { lines.append("warning: less than a tenth of the free space would be left") }
    } else {
      lines.append(
        "it does not fit: \(bytes(neededBytes)) still to be taken, \(bytes(freeBytes)) free, \(bytes(neededBytes - freeBytes)) short"
      )
      if let best = fitting.first {
        let others = fitting.dropFirst().map(\.name)
        let more = others.isEmpty ? "" : ", and smaller: \(others.joined(separator: ", "))"
        lines.append("the new archives would fit with retention = \(best.name) (\(bytes(best.bytes)) each)\(more)")
      } else {
        lines.append("no retention fits: free space, record fewer interfaces, or define a smaller [retention NAME]")
      }
    }
    if !unknown.isEmpty {
      lines.append("not counted, since never reached: \(unknown.joined(separator: ", ")); give --interfaces N to count them")
    }
    return lines
  }

  private enum CodingKeys: String, CodingKey {
    case devices, totalBytes, existingBytes, neededBytes, freeBytes, fits, fitting, unknown, ledgerBytesPerYear
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(devices, forKey: .devices)
    try values.encode(totalBytes, forKey: .totalBytes)
    try values.encode(existingBytes, forKey: .existingBytes)
    try values.encode(neededBytes, forKey: .neededBytes)
    try values.encode(freeBytes, forKey: .freeBytes)
    try values.encode(fits, forKey: .fits)
    try values.encode(fitting.map(\.name), forKey: .fitting)
    try values.encode(unknown, forKey: .unknown)
    try values.encode(ledgerBytesPerYear, forKey: .ledgerBytesPerYear)
  }
}
