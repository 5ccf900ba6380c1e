import Shared

/// Somebody's device in one of the networks: what leases, radios and other tables of all devices tell about one MAC address.
struct Client: Sendable, Identifiable {
  /// In which tables it stands.
  enum Kind: String, Sendable, CaseIterable {
    case lease = "dhcp"
    case wireless = "wifi"
    case capsman
    case kidControl = "kid-control"
    case neighbor = "neighbors"

    /// For people.
    var title: String {
      switch self {
      case .lease: "DHCP lease"
      case .wireless: "Wireless"
      case .capsman: "CAPsMAN"
      case .kidControl: "Kid Control"
      case .neighbor: "Neighbor"
      }
    }
  }

  enum Lease: String, Sendable {
    /// In use.
    case bound
    /// Set aside for this client, which does not use it at present.
    case reserved
  }

  /// One row of one table of one device.
  struct Sighting: Sendable {
    var device: String
    var kind: Kind
    /// When the device answered, epoch seconds.
    var t: Double
    var name: String?
    var address: String?
    var mac: String?
    var interface: String?
    /// DHCP server.
    var server: String?
    var ssid: String?
    /// User of Kid Control.
    var user: String?
    /// What a neighbour says of itself.
    var about: String?
    var lease: Lease?
    /// When the lease ends, epoch seconds.
    var expires: Double?
    /// dBm.
    var signal: Double?
    /// Bit/s: to the client and from it.
    var txRate: Double?
    var rxRate: Double?
    /// Seconds since it associated.
    var uptime: Double?

    /// Whether this says that the client is there.
    var isPresent: Bool { lease != .reserved }
  }

  /// Tells it from others: the MAC address, else a number.
  var id: String
  /// `AA:BB:CC:DD:EE:FF`; `nil`: no table has it.
  var mac: String?
  /// The most telling first: where it is attached, then where it has its lease.
  var sightings: [Sighting]
  var name: String?
  var address: String?
  /// Other addresses of its.
  var otherAddresses: [String] = []
  /// The device where it is attached.
  var device: String
  var interface: String?
  var lease: Lease?
  var expires: Double?
  var signal: Double?
  var txRate: Double?
  var rxRate: Double?
  /// When it was last there for sure, epoch seconds; `nil`: not known.
  var seen: Double?
  /// Lower case; what a search looks through.
  var words: String

  init(id: String, mac: String?, _ found: [Sighting]) {
    let sightings = found.enumerated().sorted {
      let (left, right) = (Self.rank($0.element), Self.rank($1.element))
      if left != right { return left < right }
      return $0.element.t == $1.element.t ? $0.offset < $1.offset : $0.element.t > $1.element.t
    }.map(\.element)
    self.id = id
    self.mac = mac
    self.sightings = sightings
    name = sightings.sorted { Self.naming($0.kind) < Self.naming($1.kind) }.lazy.compactMap(\.name).first
    let leases = sightings.filter { $0.kind == .lease }
    let addresses = (leases + sightings).compactMap(\.address).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    address = addresses.first
    otherAddresses = Array(addresses.dropFirst())
    device = sightings.first?.device ?? ""
    interface = sightings.lazy.compactMap(\.interface).first
    lease = leases.first?.lease
    expires = leases.first?.expires
    let radio = sightings.first { $0.signal != nil } ?? sightings.first { $0.txRate != nil }
    (signal, txRate, rxRate) = (radio?.signal, radio?.txRate, radio?.rxRate)
    seen = sightings.filter(\.isPresent).map(\.t).max()
    var texts = addresses + [mac].compactMap { $0 }
    for sighting in sightings {
      texts += [sighting.name, sighting.device, sighting.interface, sighting.ssid, sighting.user, sighting.server].compactMap {
        $0
      }
    }
    words = texts.joined(separator: "\n").lowercased()
  }

  func has(_ kind: Kind) -> Bool { sightings.contains { $0.kind == kind } }

  /// Which table says best where a client is: its radio, then what has it on a cable, then its lease.
  private static func rank(_ sighting: Sighting) -> Int {
    switch sighting.kind {
    case .wireless: 0
    case .capsman: 1
    case .neighbor: 2
    case .kidControl: 5
    case .lease: sighting.lease == .bound ? 3 : 6
    }
  }

  /// Which table names best: people name leases.
  private static func naming(_ kind: Kind) -> Int {
    switch kind {
    case .lease: 0
    case .wireless: 1
    case .capsman: 2
    case .kidControl: 3
    case .neighbor: 4
    }
  }
}
