import Shared

/// CAPsMAN: managed access points, their interfaces and clients. A device may manage access points of both generations of drivers.
///
/// Where another entry's device is the manager (`remote_capsman_entry`), that one's packages and version decide which menus there are.
struct CAPsMAN: MenuCollector {
  static let accessPoint = Metric.gauge("mktxp_capsman_remote_caps_info", "Access point managed by CAPsMAN")
  static let registrations = Metric.gauge("mktxp_capsman_registrations_count", "Clients registered on the interface")
  static let interface = Metric.gauge("mktxp_capsman_interfaces_info", "Interface managed by CAPsMAN")
  static let clients = WirelessClients(prefix: "mktxp_capsman_clients", signals: ["rx-signal", "signal"])

  let path = "/caps-man"
  let metrics = [accessPoint, registrations, interface] + clients.metrics
  private let package = MenuQuery(path: "/system/package", properties: ["name", "disabled", "available"], source: .capsman)
  private let version = MenuQuery(path: "/system/resource", properties: ["version"], source: .capsman)

  var needs: DeviceKnowledge.Parts { [.wireless, .leases] }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.capsman] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    if context.hasRemoteCAPsMAN { return [package, version] }
    return context.known.packages == nil ? [] : Menus(context.known.wireless).all
  }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    context.hasRemoteCAPsMAN ? menus(answers, context)?.all ?? [] : []
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    guard let menus = menus(answers, context) else { return samples }
    for row in menus.accessPoints.flatMap(answers.rows) {
      samples.add(
        info: Self.accessPoint,
        context.labels([
          ("identity", row["identity"]), ("version", row["version"]), ("base_mac", row["base-mac"]),
          ("board", row["board"] ?? row["board-name"]),
        ]))
    }
    for row in menus.interfaces.map(answers.rows) ?? [] {
      let fields = ["name", "configuration", "mac-address", "current-state", "current-channel", "current-registered-clients"]
      samples.add(info: Self.interface, context.labels(fields.map { ($0.labelName, row[$0]) }))
    }
    let clients = menus.registrations.flatMap(answers.rows)
    let counts = Dictionary(clients.compactMap { row in row["interface"].map { ($0, UInt64(1)) } }) { $0 + $1 }
    for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
      samples.add(Self.registrations, .unsigned(count), context.labels([("interface", name)]))
    }
    if context.switches[.capsmanClients] {
      for client in clients { Self.clients.add(client, to: &samples, context) }
    }
    return samples
  }

  private func menus(_ answers: MenuAnswers, _ context: MenuContext) -> Menus? {
    guard context.hasRemoteCAPsMAN else { return context.known.packages == nil ? nil : Menus(context.known.wireless) }
    guard let packages = answers.reply(package)?.rows, let version = answers.rows(version).first?["version"] else { return nil }
    return Menus(WirelessFlavour(packages: WirelessFlavour.enabledPackages(packages), version: RouterOSVersion(version)))
  }
}

/// What a manager is asked, by its wireless drivers.
private struct Menus {
  var accessPoints: [MenuQuery] = []
  var registrations: [MenuQuery] = []
  /// The older generation alone lists interfaces of its own.
  var interfaces: MenuQuery?

  init(_ flavour: WirelessFlavour) {
    if flavour == .wireless || flavour == .dual {
      add("/caps-man")
      interfaces = MenuQuery(
        path: "/caps-man/interface",
        properties: [
          "name", "configuration", "mac-address", "current-state", "current-channel", "current-registered-clients",
        ], source: .capsman)
    }
    switch flavour {
    case .wireless: break
    case .dual, .wifi: add("/interface/wifi", capsman: "/capsman")
    case .wifiwave2: add("/interface/wifiwave2", capsman: "/capsman")
    }
  }

  var all: [MenuQuery] { accessPoints + registrations + (interfaces.map { [$0] } ?? []) }

  private mutating func add(_ path: String, capsman: String = "") {
    accessPoints.append(
      MenuQuery(
        path: path + capsman + "/remote-cap", properties: ["identity", "version", "base-mac", "board", "board-name"],
        source: .capsman))
    registrations.append(
      MenuQuery(path: path + "/registration-table", properties: CAPsMAN.clients.properties, source: .capsman))
  }
}
