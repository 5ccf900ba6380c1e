/// One line of `events/<YYYY-MM>.jsonl`: something that happened to a device.
package struct EventLine: Codable, Sendable, Equatable {
  /// What kind of thing it was.
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case reboot, reset, link, rename, version, address, gap, schema, collector, config
    case publicIP = "public-ip"
  }

  /// When it happened, epoch seconds.
  package var t: Double
  package var kind: Kind
  /// Key of the interface it happened to; `nil`: the whole device.
  package var interface: String?
  /// In words, for people.
  package var text: String

  package init(t: Double, kind: Kind, interface: String? = nil, text: String) {
    self.t = t
    self.kind = kind
    self.interface = interface
    self.text = text
  }

  /// The largest file that is read.
  package static let sizeLimit = 16 << 20
}
