/// The active leases of a DHCP server, found by MAC or by IP address.
struct LeaseTable: Sendable, Equatable {
  struct Lease: Sendable, Equatable {
    var mac: String
    var address: String
    var hostName: String
    var comment: String?

    /// The host name that the client gave, else its MAC address.
    var name: String { hostName.isEmpty ? mac : hostName }
  }

  private var byMAC: [String: Lease] = [:]
  private var byAddress: [String: Lease] = [:]

  init() {}

  /// - Parameter rows: of `/ip/dhcp-server/lease`. Those without a MAC address name nobody.
  init(_ rows: [Row]) {
    for row in rows {
      guard let mac = row["mac-address"], !mac.isEmpty else { continue }
      let address = row["active-address"] ?? row["address"] ?? ""
      let lease = Lease(mac: mac, address: row["address"] ?? address, hostName: row["host-name"] ?? "", comment: row["comment"])
      byMAC[mac.uppercased()] = lease
      for address in Set([address, lease.address]) where !address.isEmpty { byAddress[address] = lease }
    }
  }

  /// By MAC address in any case, or by IP address.
  subscript(address: String) -> Lease? { byMAC[address.uppercased()] ?? byAddress[address] }
}
