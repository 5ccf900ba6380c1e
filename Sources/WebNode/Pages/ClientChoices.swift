import Shared

/// Which clients the page shows, and in which order. Unknown values fall back to the default.
struct ClientChoices: Equatable {
  enum Sort: String, CaseIterable { case name, address, device, signal, rate, lease, seen }

  static let pageSize = 100

  var sort = Sort.name
  /// Words to find in names, addresses, devices and interfaces.
  var search: String?
  var device: String?
  var kind: Client.Kind?
  /// From 1.
  var page = 1

  init(_ query: ViewQuery) {
    sort = query["sort"].flatMap(Sort.init(rawValue:)) ?? .name
    search = query["q"].map { String($0.prefix(200)) }
    device = query["device"].map { String($0.prefix(1024)) }
    kind = query["kind"].flatMap(Client.Kind.init(rawValue:))
    page = query["page"].flatMap { Int($0) }.map { min(max(1, $0), 1_000_000) } ?? 1
  }

  /// Parameters that are not the default.
  var parameters: [(name: String, value: String?)] {
    [
      ("q", search), ("device", device), ("kind", kind?.rawValue), ("sort", sort == .name ? nil : sort.rawValue),
      ("page", page == 1 ? nil : String(page)),
    ]
  }

  /// The address of the page with these choices, relative to the base path.
  var address: String { address(adding: []) }

  func address(adding extra: [(name: String, value: String?)]) -> String {
    let query = PageURL.query(parameters + extra)
    return "clients" + (query.isEmpty ? "" : "?" + query)
  }

  func with(_ change: (inout ClientChoices) -> Void) -> ClientChoices {
    var changed = self
    change(&changed)
    return changed
  }

  /// Those that match device and words, of every kind.
  func found(_ clients: [Client]) -> [Client] {
    let words = (search ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty || device != nil else { return clients }
    return clients.filter { client in
      (device == nil || client.sightings.contains { $0.device == device })
        && words.allSatisfy { client.words.contains($0) }
    }
  }

  /// In the chosen order; what is unknown comes last.
  func sorted(_ clients: [Client]) -> [Client] {
    switch sort {
    case .name: order(clients, { $0.name?.lowercased() }, NaturalOrder.precedes)
    case .address: order(clients, { $0.address.map(AddressKey.init) }, <)
    case .device: order(clients, { $0.device }, NaturalOrder.precedes)
    case .signal: order(clients, { $0.signal }, >)
    case .rate: order(clients, { client in client.txRate.map { $0 + (client.rxRate ?? 0) } ?? client.rxRate }, >)
    case .lease: order(clients, { $0.expires }, <)
    case .seen: order(clients, { $0.seen }, >)
    }
  }

  private func order<Key>(_ clients: [Client], _ key: (Client) -> Key?, _ precedes: (Key, Key) -> Bool) -> [Client] {
    let keyed = clients.enumerated().map { (offset: $0.offset, key: key($0.element)) }
    return keyed.sorted { left, right in
      switch (left.key, right.key) {
      case (let one?, let other?):
        if precedes(one, other) { return true }
        if precedes(other, one) { return false }
        return left.offset < right.offset
      case (nil, nil): return left.offset < right.offset
      case (_?, nil): return true
      case (nil, _?): return false
      }
    }.map { clients[$0.offset] }
  }

  /// Addresses by their number, those of IPv4 first, then what is no address.
  struct AddressKey: Comparable {
    private let kind: Int
    private let bits: UInt128
    private let text: String

    init(_ text: String) {
      let address = IPAddress(text)
      kind = address.map { $0.isIPv6 ? 1 : 0 } ?? 2
      bits = address?.bits ?? 0
      self.text = text
    }

    static func < (left: AddressKey, right: AddressKey) -> Bool {
      (left.kind, left.bits, left.text) < (right.kind, right.bits, right.text)
    }
  }
}
