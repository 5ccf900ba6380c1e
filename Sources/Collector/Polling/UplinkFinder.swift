/// Finds the uplinks of a device: the interfaces through which an active default route leaves. Pure.
enum UplinkFinder {
  /// Its place in the schedule, beside the menu of the same path.
  static let key = "/ip/route (uplinks)"
  static let query = MenuQuery(
    path: "/ip/route", properties: ["dst-address", "active", "gateway", "immediate-gw", "gateway-status"],
    queries: ["dst-address=0.0.0.0/0"])

  /// - Parameters:
  ///   - rows: answers to ``query``.
  ///   - interfaces: names of the device's interfaces.
  static func names(_ rows: [Row], interfaces: Set<String>) -> Set<String> {
    var names: Set<String> = []
    for row in rows {
      // Version 6 shows `active` on active routes only.
      guard row["dst-address"] ?? "0.0.0.0/0" == "0.0.0.0/0", row["active"].flatMap(RowValue.boolean) ?? false else { continue }
      // 7: `immediate-gw` is `192.0.2.1%ether1`, or an interface. 6: `gateway-status` is `192.0.2.1 reachable via  ether1`.
      // Either may list several, for routes over more than one gateway.
      for field in ["immediate-gw", "gateway-status", "gateway"] {
        guard let text = row[field] else { continue }
        for item in text.split(separator: ",") {
          let candidates = [item.components(after: "%"), item.components(after: "via"), String(item)].compactMap { $0?.trimmed }
          if let name = candidates.first(where: interfaces.contains) { names.insert(name) }
        }
      }
    }
    return names
  }
}

extension Substring {
  fileprivate func components(after separator: String) -> String? {
    range(ofLast: separator).map { String(self[$0...]) }
  }

  /// The place behind the last occurrence of `separator`.
  private func range(ofLast separator: String) -> Index? {
    guard !separator.isEmpty else { return nil }
    var end = endIndex
    while true {
      let head = self[..<end]
      if head.hasSuffix(separator) { return end }
      guard end > startIndex else { return nil }
      end = index(before: end)
    }
  }
}
