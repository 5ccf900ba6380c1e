import Shared

/// `/ip/pool`, `/ipv6/pool` and what is used of them.
struct Pool: MenuCollector {
  private struct Kind {
    var key: MenuSwitch
    var used: Metric
    var total: Metric
    var pools: MenuQuery
    var inUse: MenuQuery
  }

  private static let kinds = [
    Kind(
      key: .pool,
      used: .gauge("mktxp_ip_pool_used", "Addresses of the pool in use"),
      total: .gauge("mktxp_ip_pool_total", "Addresses in the pool"),
      pools: MenuQuery(path: "/ip/pool", properties: ["name", "ranges", "total"]),
      inUse: MenuQuery(path: "/ip/pool/used", properties: ["pool"])),
    Kind(
      key: .ipv6Pool,
      used: .gauge("mktxp_ip_pool_used_ipv6", "Prefixes of the IPv6 pool in use"),
      total: .gauge("mktxp_ip_pool_total_ipv6", "Prefixes in the IPv6 pool"),
      pools: MenuQuery(path: "/ipv6/pool", properties: ["name", "prefix", "prefix-length", "total"]),
      inUse: MenuQuery(path: "/ipv6/pool/used", properties: ["pool"])),
  ]

  let path = "/ip/pool"
  let metrics = kinds.flatMap { [$0.used, $0.total] }

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches.any(.pool, .ipv6Pool) ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] {
    Self.kinds.filter { context.switches[$0.key] }.flatMap { [$0.pools, $0.inUse] }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    for kind in Self.kinds where context.switches[kind.key] {
      let used = Dictionary(answers.rows(kind.inUse).compactMap { $0["pool"] }.map { ($0, UInt64(1)) }, uniquingKeysWith: +)
      for row in answers.rows(kind.pools) {
        guard let name = row["name"] else {
          samples.drop()
          continue
        }
        let labels = context.labels([("pool", name)])
        // A pool of which nothing is used is not in that list; without the list it is not known.
        if answers.reply(kind.inUse) != nil { samples.add(count: kind.used, used[name] ?? 0, labels) }
        switch Self.size(row) {
        case .absent: break
        case .unreadable: samples.drop()
        case .value(let size): samples.add(count: kind.total, size, labels)
        }
      }
    }
    return samples
  }

  /// As newer versions tell it, else from what the pool is made of.
  private static func size(_ row: Row) -> Reading<UInt64> {
    if row["total"] != nil { return row.read("total", RowValue.unsigned) }
    if row["ranges"] != nil { return row.read("ranges", RowValue.addressCount) }
    guard let length = row["prefix-length"].flatMap(RowValue.integer) else { return .absent }
    return row.read("prefix") { RowValue.prefixCount($0, length: Int(clamping: length)) }
  }
}
