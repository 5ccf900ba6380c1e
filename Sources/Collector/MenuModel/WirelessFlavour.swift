/// Which wireless menus a device has: packages and versions differ.
enum WirelessFlavour: Sendable, Equatable, CaseIterable {
  /// `/interface/wireless` and `/caps-man`.
  case wireless
  /// Package `wireless` on RouterOS 7.13 and later: the old menus beside `/interface/wifi`.
  case dual
  /// `/interface/wifiwave2`, RouterOS 7 before 7.13.
  case wifiwave2
  /// `/interface/wifi`.
  case wifi

  init(packages: Set<String>, version: RouterOSVersion?) {
    if packages.contains("wifi-qcom") || packages.contains("wifi-qcom-ac") {
      self = .wifi
    } else if packages.contains("wifiwave2") {
      self = .wifiwave2
    } else if packages.contains("wireless") {
      // Before 7.13 there is no other generation beside it; RouterOS 6 has a package of this name too.
      self = version.map { $0 < RouterOSVersion(7, 13) } ?? false ? .wireless : .dual
    } else if let version, version >= RouterOSVersion(7, 13) {
      self = .wifi
    } else {
      self = .wireless
    }
  }

  /// The menu of the device's own radios: `/interface/<segment>`.
  var segment: String {
    switch self {
    case .wireless, .dual: "wireless"
    case .wifiwave2: "wifiwave2"
    case .wifi: "wifi"
    }
  }

  /// Names of enabled packages, of the rows of `/system/package`. From 7.18 on these include some that could be installed.
  static func enabledPackages(_ rows: [Row]) -> Set<String> {
    let enabled = rows.filter { row in
      ["disabled", "available"].allSatisfy { row[$0].flatMap(RowValue.boolean) != true }
    }
    return Set(enabled.compactMap { $0["name"] })
  }
}
