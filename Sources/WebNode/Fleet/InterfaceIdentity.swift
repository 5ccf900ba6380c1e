import Shared

/// What tells that interfaces in two collectors' files are one and the same.
///
/// A key is a collector's own affair. The default name is the port itself; a MAC address can be changed, is shared by a VLAN and its
/// parent, and goes with a router that is replaced; a name can be given to another interface. So each sign counts only where no
/// surer one speaks against it, and each interface is matched once.
struct InterfaceIdentity: Sendable {
  let key: String
  let name: String?
  let defaultName: String?
  let mac: String?
  let type: String?
  let formerNames: [String]

  init(key: String, file: DeviceFile.Interface?) {
    self.key = key
    name = file?.name
    defaultName = file?.defaultName
    mac = file?.mac
    type = file?.type
    formerNames = file?.names.map(\.name) ?? []
  }

  /// From the surest sign to the least sure.
  private enum Sign: CaseIterable {
    case portAndAddress, port, nameAndAddress, name, formerName, key
  }

  /// The index in `known` of each of `mine` that is there; each index at most once.
  static func matches(of mine: [InterfaceIdentity], among known: [InterfaceIdentity]) -> [Int?] {
    var places = [Int?](repeating: nil, count: mine.count)
    guard !known.isEmpty else { return places }
    var open = Set(mine.indices)
    var taken = [Bool](repeating: false, count: known.count)
    for sign in Sign.allCases where !open.isEmpty {
      var index: [String: Int] = [:]
      for (place, identity) in known.enumerated() where !taken[place] {
        for mark in identity.marks(sign, isKnown: true) where index[mark] == nil { index[mark] = place }
      }
      guard !index.isEmpty else { continue }
      for entry in open.sorted() {
        let candidates = mine[entry].marks(sign, isKnown: false).compactMap { index[$0] }
        guard let place = candidates.first(where: { !taken[$0] && !known[$0].contradicts(mine[entry]) }) else { continue }
        taken[place] = true
        places[entry] = place
        open.remove(entry)
      }
    }
    return places
  }

  /// Two different ports are never one, whatever else is alike.
  private func contradicts(_ other: InterfaceIdentity) -> Bool {
    if let defaultName, let theirs = other.defaultName { return defaultName != theirs }
    if let type, let theirs = other.type { return type != theirs }
    return false
  }

  /// - Parameter isKnown: which side this is: a present name is looked up among the other's former names, and the other way round.
  private func marks(_ sign: Sign, isKnown: Bool) -> [String] {
    switch sign {
    case .portAndAddress:
      guard let defaultName, let mac else { return [] }
      return ["\(mac) \(defaultName)"]
    case .port: return defaultName.map { [$0] } ?? []
    case .nameAndAddress:
      guard let name, let mac else { return [] }
      return ["\(mac) \(name)"]
    case .name: return name.map { [$0] } ?? []
    case .formerName:
      // `p` present, `f` former: only a present name matches a former one.
      let (mine, theirs) = isKnown ? ("p", "f") : ("f", "p")
      return (name.map { ["\(mine) \($0)"] } ?? []) + formerNames.filter { $0 != name }.map { "\(theirs) \($0)" }
    case .key: return [key]
    }
  }
}
