import Shared

/// What the page of a device shows beside its state: numbers of `metrics.prom`, its clients, its events.
struct DeviceDetails {
  /// Clients listed on the page; the clients page has the others.
  static let clientLimit = 25
  /// Events looked through for the filter, and listed.
  static let eventReach = 500
  static let eventLimit = 50

  let shell: PageShell
  let device: DeviceView
  let snapshot: FleetSnapshot
  var health: DeviceHealth?
  private var clients: [Client] = []
  private var events: EventsService.Told?

  init(_ shell: PageShell, _ device: DeviceView) async {
    self.shell = shell
    self.device = device
    snapshot = shell.services.fleet.snapshot()
    let series = shell.services.series
    async let metrics = DeviceNumbers.read(device, in: snapshot, series: series, names: DeviceHealth.families)
    // Names of an access point's clients stand in the leases of another device.
    async let picture = shell.services.clients.clients(in: snapshot, youngerThan: 30)
    async let found = EventList.read(device, shell, limit: Self.eventReach)
    health = await metrics.map { [now = shell.now] in DeviceHealth(metrics: $0, now: now) }
    clients = await picture.index.clients.compactMap { [name = device.name] client in Self.local(client, name) }
    events = await found
  }

  /// The client as this device knows it, with the name and address that others may know.
  private static func local(_ client: Client, _ device: String) -> Client? {
    let sightings = client.sightings.filter { $0.device == device }
    guard !sightings.isEmpty else { return nil }
    var local = Client(id: client.id, mac: client.mac, sightings)
    local.name = local.name ?? client.name
    local.address = local.address ?? client.address
    return local
  }

  /// Fields of `device`.
  var fields: Fields {
    var fields = eventFields
    let collector = health.flatMap { health in
      snapshot.collectors.first { $0.name == health.metrics.collector }
    }
    fields["signals"] = health?.signalRows ?? []
    fields["anySignal"] = !(health?.signalRows.isEmpty ?? true)
    let cost = health?.cost(started: collector?.started) ?? []
    fields["cost"] = cost
    fields["anyCost"] = !cost.isEmpty
    fields["costNote"] = "Means since collector \(health?.metrics.collector ?? "") started."
    fields["aged"] = health?.age.map { "Health as of \(Format.age($0)) ago." as Any } ?? false
    let shown = ClientChoices(ViewQuery(nil)).sorted(clients).prefix(Self.clientLimit)
    fields["clients"] = shown.map {
      ClientFields(client: $0, now: shell.now, time: shell.time, vendor: nil).fields(hasVendors: false)
    }
    fields["anyClient"] = !shown.isEmpty
    fields["clientCount"] = clients.count == 1 ? "1 known" : "\(clients.count) known"
    fields["clientsHref"] = "clients?" + PageURL.query([("device", device.name)])
    return fields
  }

  /// A chosen kind of event, or all.
  private var eventFields: Fields {
    let kind = shell.query["events"].flatMap(EventLine.Kind.init(rawValue:))
    let all = events?.events ?? []
    let chosen = kind.map { kind in all.filter { $0.kind == kind } } ?? all
    var shown = events
    shown?.events = chosen
    shown?.limit(to: Self.eventLimit)
    var fields = EventList.fields(shown, showsInterface: true, shell)
    let kinds = EventLine.Kind.allCases.filter { kind in all.contains { $0.kind == kind } }
    func choice(_ value: EventLine.Kind?, _ label: String, _ count: Int) -> Fields {
      let query = value.map { "?" + PageURL.query([("events", $0.rawValue)]) } ?? ""
      return [
        "label": label, "count": String(count), "href": PageURL.device(device) + query + "#events", "chosen": kind == value,
      ]
    }
    fields["eventKinds"] =
      kinds.count < 2 && kind == nil
      ? [] : [choice(nil, "All", all.count)] + kinds.map { kind in choice(kind, Self.title(kind), all.count { $0.kind == kind }) }
    fields["anyKind"] = kinds.count > 1 || kind != nil
    if chosen.isEmpty, kind != nil, events != nil { fields["nothing"] = "No event of this kind in the last 30 days." }
    return fields
  }

  private static func title(_ kind: EventLine.Kind) -> String {
    switch kind {
    case .reboot: "Reboots"
    case .reset: "Resets"
    case .link: "Links"
    case .rename: "Renames"
    case .version: "Versions"
    case .address: "Addresses"
    case .publicIP: "Public IP"
    case .gap: "Gaps"
    case .schema: "Archives"
    case .collector: "Collector"
    case .config: "Configuration"
    }
  }
}
