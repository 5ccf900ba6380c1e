import Synchronization

/// Pictures drawn lately, within a bound of bytes: what was not asked for longest goes first.
final class GraphCache: Sendable {
  private struct Entry {
    var picture: GraphService.Picture
    var lastUse: UInt64
  }
  private struct Shelf {
    var entries: [String: Entry] = [:]
    var bytes = 0
    var uses: UInt64 = 0

    mutating func remove(_ key: String) {
      if let old = entries.removeValue(forKey: key) { bytes -= GraphCache.cost(key, old.picture) }
    }
  }

  private let byteLimit: Int
  private let shelf = Mutex(Shelf())

  init(byteLimit: Int = 32 << 20) { self.byteLimit = byteLimit }

  /// Bytes held, keys and book-keeping included.
  var bytes: Int { shelf.withLock { $0.bytes } }

  func picture(_ key: String, now: Double) -> GraphService.Picture? {
    shelf.withLock { shelf in
      guard let picture = shelf.entries[key]?.picture else { return nil }
      // Drawn in the future: the clock was set back.
      guard picture.expires > now, picture.expires - now <= 300 else {
        shelf.remove(key)
        return nil
      }
      shelf.uses += 1
      shelf.entries[key]?.lastUse = shelf.uses
      return picture
    }
  }

  func store(_ picture: GraphService.Picture, _ key: String, now: Double) {
    let cost = Self.cost(key, picture)
    guard cost < byteLimit / 4 else { return }
    shelf.withLock { shelf in
      shelf.remove(key)
      if shelf.bytes + cost > byteLimit { makeRoom(&shelf, for: cost, now: now) }
      shelf.uses += 1
      shelf.entries[key] = Entry(picture: picture, lastUse: shelf.uses)
      shelf.bytes += cost
    }
  }

  /// Down to three quarters, so that not every picture has to look for its place.
  private func makeRoom(_ shelf: inout Shelf, for cost: Int, now: Double) {
    for (key, entry) in shelf.entries where entry.picture.expires <= now { shelf.remove(key) }
    let order = shelf.entries.sorted { $0.value.lastUse < $1.value.lastUse }.map(\.key)
    for key in order {
      guard shelf.bytes + cost > byteLimit / 4 * 3 else { return }
      shelf.remove(key)
    }
  }

  private static func cost(_ key: String, _ picture: GraphService.Picture) -> Int { picture.bytes.count + key.utf8.count + 200 }
}
