import Shared

/// Which interface of before a row of now is. Pure.
///
/// A factory name decides alone. Else the name weighs most, then the MAC address (which a VLAN shares with its parent), then `.id`
/// (which a restored configuration deals anew): an interface that keeps any two of them is itself, whatever the third says.
enum InterfaceMatching {
  /// - Parameters:
  ///   - rows: in the order in which ties are decided.
  ///   - known: by key.
  /// - Returns: the key of each row that was known, by `.id`.
  static func match(_ rows: [InterfaceRow], _ known: [String: DeviceFile.Interface]) -> [String: String] {
    // Whoever shares none of these with a row cannot be it; looking at everybody for every row is slow with thousands.
    var byDefaultName: [String: [String]] = [:]
    var byName: [String: [String]] = [:]
    var byID: [String: [String]] = [:]
    for (key, interface) in known {
      if let name = interface.defaultName { byDefaultName[name, default: []].append(key) }
      byName[interface.name, default: []].append(key)
      if let id = interface.id { byID[id, default: []].append(key) }
    }
    var pairs: [(score: Int, order: Int, id: String, key: String)] = []
    for (order, row) in rows.enumerated() {
      let lists = [row.defaultName.flatMap { byDefaultName[$0] }, byName[row.name], byID[row.id]]
      for key in Set(lists.lazy.compactMap { $0 }.joined()) {
        guard let interface = known[key] else { continue }
        let score = score(row, interface)
        if score > 0 { pairs.append((score, order, row.id, key)) }
      }
    }
    pairs.sort { ($1.score, $0.order, $0.key) < ($0.score, $1.order, $1.key) }
    var keys: [String: String] = [:]
    var taken: Set<String> = []
    for pair in pairs where keys[pair.id] == nil && !taken.contains(pair.key) {
      keys[pair.id] = pair.key
      taken.insert(pair.key)
    }
    return keys
  }

  static func score(_ row: InterfaceRow, _ known: DeviceFile.Interface) -> Int {
    if let here = row.type, let there = known.type, here != there { return 0 }
    if let here = row.defaultName, let there = known.defaultName { return here == there ? 100 : 0 }
    // An interface with a factory name does not become one without, nor the other way round; a file from before may not know it.
    let sameName = row.name == known.name
    let sameMAC = row.mac != nil && row.mac == known.mac?.uppercased()
    let sameID = row.id == known.id
    // What comes and goes gets a new address and a new `.id` each time, and old ones go to others: its name is all it has.
    if row.isDynamic || known.dynamic == true { return sameName ? 4 : 0 }
    guard sameName || sameID || sameMAC else { return 0 }
    // An address alone says little: VLANs and bridges borrow it.
    if sameMAC, !sameName, !sameID { return 0 }
    return (sameName ? 4 : 0) + (sameMAC ? 3 : 0) + (sameID ? 2 : 0)
  }
}
