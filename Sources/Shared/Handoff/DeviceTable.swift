/// A readout for people: rows of cells under named columns, at the time `t`.
///
/// Numbers stand in base units (bit/s, seconds, dBm, °C); a column's kind says what they are and how to show them.
package struct DeviceTable: Codable, Sendable, Equatable {
  /// What the cells of a column are.
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case text
    /// An IPv4 or IPv6 address or prefix, or text in its place.
    case address
    case mac
    /// A plain number.
    case number
    /// Bit/s.
    case rate
    /// Seconds.
    case duration
    /// Strength of a radio signal, dBm.
    case signal
    /// dBm.
    case power
    /// °C.
    case temperature
    case boolean

    /// A kind that this version does not know is shown as text.
    package init(from decoder: any Decoder) throws {
      self = Kind(rawValue: try decoder.singleValueContainer().decode(String.self)) ?? .text
    }
  }

  package struct Column: Codable, Sendable, Hashable {
    /// Lasting name, for programs: `mac_address`.
    package var id: String
    /// For people.
    package var title: String
    package var type: Kind

    package init(_ id: String, _ title: String, _ type: Kind = .text) {
      self.id = id
      self.title = title
      self.type = type
    }
  }

  /// A text, a number, `true` or `false`, or nothing (`null`): unknown, or not applicable.
  package enum Cell: Sendable, Equatable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case none
  }

  /// When the device answered, epoch seconds.
  package var t: Double
  package var columns: [Column]
  /// Each with a cell for every column.
  package var rows: [[Cell]]
  /// Rows that were left out, since a table has only so many; `nil`: none.
  package var omitted: Int?

  package init(t: Double, columns: [Column], rows: [[Cell]], omitted: Int? = nil) {
    self.t = t
    self.columns = columns
    self.rows = rows
    self.omitted = omitted
  }
}

extension DeviceTable.Cell: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number) where number.isFinite: try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .number, .none: try container.encodeNil()
    }
  }
}
