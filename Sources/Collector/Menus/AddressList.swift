import Shared

/// `/ip/firewall/address-list` and its IPv6 twin: the lists that the configuration names, and how many entries there are at all.
struct AddressList: MenuCollector {
  /// A list with more entries is counted, and its entries are not read.
  static let entryLimit: UInt64 = 10_000

  private struct Kind {
    var path: String
    var entries: Metric
    var selected: Metric
    var all: Metric
    var entriesSwitch: MenuSwitch
    var totalsSwitch: MenuSwitch

    /// The totals, by the value of their label.
    var totals: [(type: String, query: MenuQuery)] {
      [("total", []), ("dynamic", ["dynamic=yes"]), ("static", ["dynamic=no"])].map { type, queries in
        (type, MenuQuery(path: path, attributes: [("count-only", "")], queries: queries))
      }
    }

    func count(_ list: String) -> MenuQuery {
      MenuQuery(path: path, attributes: [("count-only", "")], queries: ["list=" + list])
    }

    func rows(_ list: String) -> MenuQuery {
      MenuQuery(
        path: path, properties: ["list", "address", "dynamic", "disabled", "comment", "timeout"], queries: ["list=" + list])
    }
  }

  private static let ipv4 = Kind(
    path: "/ip/firewall/address-list",
    entries: .gauge("mktxp_firewall_address_list", "Milliseconds until an entry leaves its list; 0 for one that stays"),
    selected: .gauge("mktxp_firewall_address_list_selected_count", "Entries of a list that the configuration names"),
    all: .gauge("mktxp_firewall_address_list_all_count", "Entries of all lists"),
    entriesSwitch: .addressListEntries, totalsSwitch: .totalAddressListCounts)
  private static let ipv6 = Kind(
    path: "/ipv6/firewall/address-list",
    entries: .gauge("mktxp_firewall_address_list_ipv6", "Milliseconds until an IPv6 entry leaves its list; 0 for one that stays"),
    selected: .gauge("mktxp_firewall_address_list_selected_count_ipv6", "IPv6 entries of a list that the configuration names"),
    all: .gauge("mktxp_firewall_address_list_all_count_ipv6", "Entries of all IPv6 lists"),
    entriesSwitch: .ipv6AddressListEntries, totalsSwitch: .ipv6TotalAddressListCounts)

  let path = ipv4.path
  let metrics = [ipv4, ipv6].flatMap { [$0.entries, $0.selected, $0.all] }

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    Self.kinds(context).flatMap { kind, lists in
      lists.map(kind.count) + (context.switches[kind.totalsSwitch] ? kind.totals.map(\.query) : [])
    }
  }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    Self.kinds(context).flatMap { kind, lists in
      guard context.switches[kind.entriesSwitch] else { return [MenuQuery]() }
      return lists.filter { (1...Self.entryLimit).contains(answers.count(kind.count($0)) ?? 0) }.map(kind.rows)
    }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for (kind, lists) in Self.kinds(context) {
      for list in lists {
        let count = answers.count(kind.count(list))
        samples.add(count: kind.selected, count, context.labels([("list", list)]))
        if context.switches[kind.entriesSwitch], let count, count > Self.entryLimit { samples.drop(Int(clamping: count)) }
        for row in answers.rows(kind.rows(list)) { Self.add(row, kind.entries, context, &samples) }
      }
      for (type, query) in kind.totals {
        samples.add(count: kind.all, answers.count(query), context.labels([("count_type", type)]))
      }
    }
    return samples
  }

  private static func add(_ row: Row, _ metric: Metric, _ context: MenuContext, _ samples: inout MenuSamples) {
    guard row["list"] != nil, row["address"] != nil else { return samples.drop() }
    let labels = context.labels([
      ("list", row["list"]), ("address", row["address"]), ("dynamic", flag(row["dynamic"])), ("disabled", flag(row["disabled"])),
      ("comment", row["comment"]),
    ])
    if row["timeout"] == nil {
      // No timeout: the entry stays, which RouterOS itself writes as a timeout of 0 where it is set.
      samples.add(metric, .unsigned(0), labels)
    } else {
      samples.add(milliseconds: metric, row, "timeout", labels)
    }
  }

  private static func flag(_ text: String?) -> String { text.flatMap(RowValue.boolean) == true ? "1" : "0" }

  /// Those of which the configuration names lists, each once.
  private static func kinds(_ context: MenuContext) -> [(Kind, lists: [String])] {
    [(ipv4, context.settings.addressLists), (ipv6, context.settings.ipv6AddressLists)].compactMap { kind, lists in
      lists.isEmpty ? nil : (kind, Set(lists).sorted())
    }
  }
}
