import Hummingbird

/// `/graph` without an interface: every interface there is a graph of.
struct GraphIndexPage {
  /// Rows on the page; the search finds the others.
  static let limit = 500

  let shell: PageShell

  func response() -> Response {
    let devices = shell.services.fleet.snapshot().devices.filter { !$0.interfaces.isEmpty }
    var rows = 0
    var shown: [Fields] = []
    for device in devices {
      guard rows + device.interfaces.count <= Self.limit || shown.isEmpty else { break }
      rows += device.interfaces.count
      shown.append([
        "name": device.name, "href": PageURL.device(device),
        "state": StatePhrases(device, now: shell.now, time: shell.time).fields,
        "interfaces": device.interfaces.prefix(Self.limit).map { InterfaceFields(device: device, interface: $0).fields },
      ])
    }
    var fields = shell.fields(title: "Graphs", section: .graphs)
    fields["devices"] = shown
    let rest = devices.count - shown.count
    fields["more"] = rest > 0 ? "\(rest) more devices: find them with the search above." : false
    return shell.page("graph-index", fields)
  }
}
