import Shared

/// What a menu needs to know about the device: for its labels, and for what to ask.
struct MenuContext: Sendable, Equatable {
  var device: String { didSet { common = commonLabels() } }
  var address: String { didSet { common = commonLabels() } }
  var customLabels: [CustomLabel] = [] { didSet { common = commonLabels() } }
  /// The labels that every sample has.
  private var common = Labels()
  var nameFormat = InterfaceNameFormat.name
  var addsDefaultName = false
  var settings = MenuSettings()
  var known = DeviceKnowledge()
  /// `remote_capsman_entry`: another entry's device is the CAPsMAN.
  var hasRemoteCAPsMAN = false

  init(device: String, address: String) {
    self.device = device
    self.address = address
    common = commonLabels()
  }

  init(_ config: DeviceConfig) {
    self.init(device: config.name, address: config.endpoint.host)
    customLabels = config.customLabels
    nameFormat = config.nameFormat
    addsDefaultName = config.addsDefaultName
    settings = config.menus
    hasRemoteCAPsMAN = config.capsman != nil
  }

  var switches: MenuSwitches { settings.switches }

  /// The labels given, then the device's two, then the custom ones. As in MKTXP a custom label adds no second one of a name that is
  /// there, and fills one whose field is missing; else a missing field is an empty label.
  func labels(_ own: [(String, String?)] = []) -> Labels {
    // Few values are longer.
    var labels = Labels(capacity: common.size + 40 * own.count)
    for (name, value) in own {
      labels.append(name, value ?? customLabels.first { $0.name == name }?.value ?? "")
    }
    labels.append(common)
    return labels
  }

  private func commonLabels() -> Labels {
    var labels = Labels(capacity: 128)
    labels.append("routerboard_name", device)
    labels.append("routerboard_address", address)
    for custom in customLabels { labels.append(custom.name, custom.value) }
    return labels
  }

  /// An interface's name as `interface_name_format` wants it.
  func interfaceName(_ row: Row) -> String? {
    row["name"].map { nameFormat.text(name: $0, comment: row["comment"]) }
  }

  /// The name of a client with this MAC or IP address: its lease's, in the format of `interface_name_format`, else the address itself.
  func clientName(_ address: String) -> String {
    guard let lease = known.leases[address] else { return address }
    return nameFormat.text(name: lease.name, comment: lease.comment)
  }

  /// The IP address leased to a client with this MAC or IP address.
  func clientAddress(_ address: String) -> String { known.leases[address]?.address ?? "No DHCP Record" }
}

/// What a device's section says about menus.
struct MenuSettings: Sendable, Equatable {
  var switches = MenuSwitches()
  /// `address_list`: names of IPv4 firewall address lists; none is off.
  var addressLists: [String] = []
  /// `ipv6_address_list`.
  var ipv6AddressLists: [String] = []
}

/// What other menus have told about the device, as far as menus need it of each other. Pure.
struct DeviceKnowledge: Sendable, Equatable {
  var version: RouterOSVersion?
  /// Names of the enabled packages; `nil` before the device has told.
  var packages: Set<String>?
  var leases = LeaseTable()
  /// The newest version of the device's release channel, as MikroTik publishes it; `nil` while nobody has asked.
  var newestVersion: String?

  /// What it is made of.
  struct Parts: OptionSet, Sendable {
    var rawValue: UInt8

    static let version = Parts(rawValue: 1)
    static let packages = Parts(rawValue: 2)
    static let leases = Parts(rawValue: 4)
    /// What ``wireless`` is told by.
    static let wireless: Parts = [.version, .packages]
  }

  /// What ``take(_:_:)`` takes from the menu with this path.
  static func parts(toldBy path: String) -> Parts {
    switch path {
    case "/system/resource": .version
    case "/system/package": .packages
    case "/ip/dhcp-server/lease": .leases
    default: []
    }
  }

  /// Which wireless menus the device has.
  var wireless: WirelessFlavour { WirelessFlavour(packages: packages ?? [], version: version) }

  /// Takes the answers of the menu with this path; those that tell nothing of the kind change nothing.
  mutating func take(_ menu: any MenuCollector, _ answers: MenuAnswers) {
    let parts = Self.parts(toldBy: menu.path)
    guard !parts.isEmpty, let single = menu as? any SingleMenu, let reply = answers.reply(single.query) else { return }
    if parts.contains(.version) { version = reply.rows.first?["version"].flatMap(RouterOSVersion.init) ?? version }
    if parts.contains(.packages) { packages = WirelessFlavour.enabledPackages(reply.rows) }
    if parts.contains(.leases) { leases = LeaseTable(reply.rows) }
  }
}
