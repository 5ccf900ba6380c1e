import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct InterfaceMatchingTests {
  /// Everybody is compared with everybody, and the best pairs are taken first.
  private static func judged(_ rows: [InterfaceRow], _ known: [String: DeviceFile.Interface]) -> [String: String] {
    var pairs: [(score: Int, order: Int, id: String, key: String)] = []
    for (order, row) in rows.enumerated() {
      for (key, interface) in known {
        let score = InterfaceMatching.score(row, interface)
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

  /// Few names, addresses and `.id`s, so that they are shared, swapped and borrowed in every way.
  @Test(arguments: 0..<300)
  func noPairIsOverlooked(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    func word(_ prefix: String) -> String? {
      let number = Int.random(in: 0..<6, using: &random)
      return number == 0 ? nil : prefix + String(number)
    }
    var known: [String: DeviceFile.Interface] = [:]
    for number in 0..<8 {
      var interface = DeviceFile.Interface(name: word("name") ?? "x")
      interface.defaultName = Bool.random(using: &random) ? word("ether") : nil
      interface.mac = word("00:00:00:00:00:0")
      interface.id = word("*")
      interface.type = Bool.random(using: &random) ? word("type") : nil
      interface.dynamic = Int.random(in: 0..<4, using: &random) == 0
      known["key\(number)"] = interface
    }
    let rows = (1...8).map { number in
      var row = InterfaceRow(id: "*\(number)", name: word("name") ?? "y")
      row.defaultName = Bool.random(using: &random) ? word("ether") : nil
      row.mac = word("00:00:00:00:00:0")
      row.type = Bool.random(using: &random) ? word("type") : nil
      row.isDynamic = Int.random(in: 0..<4, using: &random) == 0
      return row
    }
    #expect(InterfaceMatching.match(rows, known) == Self.judged(rows, known))
  }

  /// A device that has seen ten thousand tunnels come and go: comparing all with all would be a hundred million times.
  @Test func thousandsAreEachFoundAgain() {
    let count = 10_000
    var known: [String: DeviceFile.Interface] = [:]
    var rows: [InterfaceRow] = []
    for number in 0..<count {
      var interface = DeviceFile.Interface(name: "tunnel-\(number)")
      interface.id = "*\(String(number, radix: 16))"
      known["key-\(number)"] = interface
      rows.append(InterfaceRow(id: "*\(String(number, radix: 16))", name: "tunnel-\(number)"))
    }
    let keys = InterfaceMatching.match(rows, known)
    #expect(keys.count == count)
    #expect(rows.allSatisfy { keys[$0.id] == "key-\($0.name.dropFirst(7))" })
  }
}
