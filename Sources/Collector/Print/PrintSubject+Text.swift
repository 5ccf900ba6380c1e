/// What is said about a table: MKTXP's words, so that who looked for them finds them.
extension PrintSubject {
  /// The device lists nothing.
  var nothing: String {
    switch self {
    case .wifi: "No wireless registration records"
    case .capsman: "No CAPsMAN registration records"
    case .dhcp: "No DHCP registration records"
    case .connections: "No connection stats records"
    case .kidControl: "No Kid Control device records"
    case .netwatch: "No netwatch entries found"
    case .neighbors: "No neighbors found"
    case .interfaces, .sfp: "No interface monitor records found"
    case .addressLists: "No address list entries found for the specified lists"
    }
  }

  /// Nothing is left by the filters.
  func nothingMatches(_ listing: PrintListing) -> String {
    switch self {
    case .wifi: "No matching WiFi devices found"
    case .capsman: "No matching CAPsMAN clients found"
    case .dhcp: "No matching DHCP clients found"
    case .connections: "No matching connection records found"
    case .kidControl: "No matching Kid Control devices found"
    case .netwatch: "Netwatch Entries: No matching entries found"
    case .neighbors: "No matching neighbors found"
    case .interfaces: "Interface Monitor: No matching interfaces found"
    case .sfp: "SFP Monitor: No matching SFP interfaces found"
    case .addressLists: "\(listing.title ?? ""): No matching entries found"
    }
  }

  /// - Parameters:
  ///   - matching: what the filters let pass.
  ///   - shown: those of them that are in the table.
  func summary(_ listing: PrintListing, matching: [TableEntry], shown: [TableEntry], _ filter: TableFilter) -> [String] {
    let (all, isFiltered) = (listing.entries, filter.isActive(for: self))
    switch self {
    case .wifi: return WifiTable.summary(all, shown, isFiltered: isFiltered)
    case .capsman: return CapsmanTable.summary(all, shown, isFiltered: isFiltered)
    case .dhcp: return DHCPTable.summary(all, shown, isFiltered: isFiltered)
    case .connections: return ConnectionsTable.summary(all, shown, isFiltered: isFiltered)
    case .kidControl:
      return KidControlTable.summary(all, matching: matching, shown: shown, top: filter.top, isFiltered: isFiltered)
    case .netwatch: return NetwatchTable.summary(all, shown, isFiltered: isFiltered)
    case .neighbors: return NeighborTable.summary(all, shown, isFiltered: isFiltered)
    case .addressLists: return AddressListTable.summary(all, shown, isFiltered: isFiltered)
    case .interfaces:
      return InterfaceTable.summary(all, shown, isFiltered: isFiltered, limit: filter.degraded ?? filter.defaults.degraded)
    case .sfp: return SFPTable.summary(all, shown, isFiltered: isFiltered)
    }
  }

  /// A column's heading: MKTXP's, which is the field's name but for interfaces.
  var headsWithTitles: Bool {
    switch self {
    case .interfaces, .sfp: true
    case .wifi, .capsman, .dhcp, .connections, .kidControl, .netwatch, .neighbors, .addressLists: false
    }
  }
}
