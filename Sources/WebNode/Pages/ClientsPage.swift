import HTTPTypes
import Hummingbird
import NIOPosix
import Shared

/// `/clients`: who is in the networks of all devices.
struct ClientsPage {
  let shell: PageShell
  let choices: ClientChoices

  init(_ shell: PageShell) {
    self.shell = shell
    choices = ClientChoices(shell.query)
  }

  func response() async -> Response {
    let snapshot = shell.services.fleet.snapshot()
    let picture = await shell.services.clients.clients(in: snapshot)
    let vendors = shell.services.vendors
    let hasVendors = await vendorsKnown()
    let found = choices.found(picture.index.clients)
    let matching = choices.sorted(choices.kind.map { kind in found.filter { $0.has(kind) } } ?? found)
    if shell.query["format"] == "csv" { return csv(matching, hasVendors: hasVendors) }
    let pages = max(1, (matching.count + ClientChoices.pageSize - 1) / ClientChoices.pageSize)
    let page = min(choices.page, pages)
    let first = (page - 1) * ClientChoices.pageSize
    let shown = matching[first..<min(matching.count, first + ClientChoices.pageSize)]
    var fields = shell.fields(
      title: "Clients", section: .clients, scripts: [.clients],
      boot: .object([("page", .text("clients")), ("t", .number(shell.now))]))
    fields["isLive"] = false
    fields["search"] = ""
    fields["find"] = choices.search ?? ""
    fields["hasVendors"] = hasVendors
    fields["clients"] = shown.map { client in
      ClientFields(
        client: client, now: shell.now, time: shell.time, vendor: hasVendors ? client.mac.flatMap(vendors.name) : nil
      ).fields(hasVendors: hasVendors)
    }
    fields["any"] = !shown.isEmpty
    fields["nothing"] =
      picture.index.clients.isEmpty
      ? "No device lists any clients: leases and wireless clients appear here once a collector has read them."
      : "No client is like that."
    fields["count"] = counted(matching.count, of: picture.index.clients.count)
    fields["notes"] = notes(picture, snapshot)
    fields["csvHref"] = choices.with { $0.page = 1 }.address(adding: [("format", "csv")])
    fields["clearHref"] = choices == ClientChoices(ViewQuery(nil)) ? false : "clients" as Any
    for (name, value) in pager(page, pages, shown: shown.count, first: first, of: matching.count) { fields[name] = value }
    for (name, value) in form(found, snapshot) { fields[name] = value }
    return shell.page("clients", fields)
  }

  /// The register is read once, from the host's own disk: off the event loop all the same.
  private func vendorsKnown() async -> Bool {
    let vendors = shell.services.vendors
    return (try? await NIOThreadPool.singleton.runIfActive { vendors.isKnown }) ?? false
  }

  private func counted(_ count: Int, of all: Int) -> String {
    count == all ? "\(count) known" : "\(count) of \(all)"
  }

  private func pager(_ page: Int, _ pages: Int, shown: Int, first: Int, of count: Int) -> Fields {
    guard pages > 1 else { return ["pager": false] }
    var fields: Fields = ["range": "\(first + 1)–\(first + shown) of \(count)", "previous": false, "next": false]
    if page > 1 { fields["previous"] = choices.with { $0.page = page - 1 }.address }
    if page < pages { fields["next"] = choices.with { $0.page = page + 1 }.address }
    return ["pager": fields]
  }

  private func form(_ found: [Client], _ snapshot: FleetSnapshot) -> Fields {
    let kinds: [Client.Kind?] =
      [nil] + Client.Kind.allCases.filter { kind in choices.kind == kind || found.contains { $0.has(kind) } }
    let columns: [(ClientChoices.Sort, String, String)] = [
      (.name, "Name", "l"), (.address, "Address", "l"), (.device, "Where", "l"), (.lease, "Lease", "l"), (.signal, "Signal", "l"),
      (.rate, "Rate to / from", ""), (.seen, "Seen", "l"),
    ]
    var head: Fields = [:]
    for (sort, title, side) in columns {
      head[sort.rawValue] =
        [
          "title": title, "side": side, "chosen": choices.sort == sort,
          "href": choices.with {
            $0.sort = sort; $0.page = 1
          }.address,
        ] as Fields
    }
    var names = snapshot.devices.map(\.name)
    if let device = choices.device, !names.contains(device) { names.insert(device, at: 0) }
    return [
      "head": head, "chosenKind": choices.kind?.rawValue ?? false,
      "chosenSort": choices.sort == .name ? false : choices.sort.rawValue as Any,
      "devices": names.map { ["name": $0, "chosen": $0 == choices.device] as Fields }, "anyDevice": choices.device == nil,
      "kinds": kinds.map { kind -> Fields in
        [
          "label": kind?.title ?? "All", "value": kind?.rawValue ?? "all", "chosen": choices.kind == kind,
          "count": String(kind.map { kind in found.count { $0.has(kind) } } ?? found.count),
          "href": choices.with {
            $0.kind = kind; $0.page = 1
          }.address,
        ]
      },
    ]
  }

  /// What people should know about the list: what is old, and what is missing.
  private func notes(_ picture: ClientStore.Picture, _ snapshot: FleetSnapshot) -> [Fields] {
    var notes = picture.failures.sorted { $0.key < $1.key }.compactMap { root, text -> Fields? in
      guard snapshot.roots.indices.contains(root) else { return nil }
      return ["kind": "bad", "text": "The storage \(snapshot.roots[root].path) \(text): clients known only there are missing."]
    }
    let stale = picture.index.stale
    if let oldest = stale.first {
      let devices = stale.reduce(into: [String]()) { if !$0.contains($1.device) { $0.append($1.device) } }
      let names = devices.prefix(3).joined(separator: ", ") + (devices.count > 3 ? " and \(devices.count - 3) more" : "")
      notes.append([
        "kind": "",
        "text":
          "What \(names) \(devices.count == 1 ? "lists" : "list") is old, up to \(Format.age(shell.now - oldest.t)): shown as it was.",
      ])
    }
    if picture.index.omitted > 0 {
      notes.append(["kind": "", "text": "\(picture.index.omitted) rows are not listed: a table of a device has 2,000 at most."])
    }
    return notes
  }

  private func csv(_ clients: [Client], hasVendors: Bool) -> Response {
    var text = CSVText(
      ["name", "address", "mac"] + (hasVendors ? ["vendor"] : [])
        + ["device", "interface", "kinds", "lease", "expires", "signal_dbm", "tx_bps", "rx_bps", "seen"])
    for client in clients {
      let vendor = hasVendors ? [CSVText.Cell.text(client.mac.flatMap(shell.services.vendors.name) ?? "")] : []
      let kinds = Client.Kind.allCases.filter(client.has).map(\.rawValue).joined(separator: " ")
      let names: [CSVText.Cell] = [client.name, client.address, client.mac].map { .text($0 ?? "") }
      let place: [CSVText.Cell] = [client.device, client.interface ?? "", kinds, client.lease?.rawValue ?? ""].map { .text($0) }
      let numbers = [client.expires, client.signal, client.txRate, client.rxRate, client.seen].map { CSVText.Cell.real($0) }
      text.row(names + vendor + place + numbers)
    }
    return .content(
      text.bytes, type: "text/csv; charset=utf-8; header=present", freshness: .now, request: shell.request,
      headers: [.contentDisposition: "attachment; filename=\"clients.csv\""])
  }
}
