import Shared

/// `/ip/firewall/connection` and its IPv6 twin: how many connections each source has open.
///
/// Bounded, for a table of connections can have hundreds of thousands: see the limits below.
struct ConnectionStats: MenuCollector {
  static let stats = Metric.gauge("mktxp_connection_stats", "Connections that a source address has open")

  /// A table with more connections is not read.
  static let connectionLimit: UInt64 = 50_000
  /// So many sources get a series, those with the most connections first.
  static let sourceLimit = 2_000
  /// So many destinations of a source are named.
  static let destinationLimit = 50

  /// A path of its own, below the menu that is asked.
  let path = "/ip/firewall/connection/sources"
  let metrics = [stats]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  var needs: DeviceKnowledge.Parts { .leases }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.connectionStats] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [IPConnection.count4, IPConnection.count6] }

  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] {
    Self.tables(context).compactMap { count, table in
      guard let count = answers.count(count), (1...Self.connectionLimit).contains(count) else { return nil }
      return table
    }
  }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    let withDestinations = context.switches[.connectionStatsDestinations]
    var sources: [String: Source] = [:]
    for (count, table) in Self.tables(context) {
      if let count = answers.count(count), count > Self.connectionLimit { samples.drop(Int(clamping: count)) }
      for row in answers.rows(table) {
        switch row.read("src-address", RowValue.host) {
        case .absent: break
        case .unreadable: samples.drop()
        case .value(let address): sources[address, default: Source()].add(row, withDestinations)
        }
      }
    }
    let largest = sources.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    samples.drop(max(0, largest.count - Self.sourceLimit))
    for (address, source) in largest.prefix(Self.sourceLimit) {
      var own: [(String, String?)] = [("src_address", address)]
      if withDestinations {
        let named = source.destinations.sorted()
        samples.drop(max(0, named.count - Self.destinationLimit))
        own.append(("dst_addresses", named.prefix(Self.destinationLimit).joined(separator: ", ")))
      }
      own.append(("dhcp_name", context.clientName(address)))
      samples.add(count: Self.stats, source.count, context.labels(own))
    }
    return samples
  }

  private static func tables(_ context: MenuContext) -> [(count: MenuQuery, table: MenuQuery)] {
    let fields = context.switches[.connectionStatsDestinations] ? ["src-address", "dst-address", "protocol"] : ["src-address"]
    return [
      (IPConnection.count4, MenuQuery(path: IPConnection.path4, properties: fields)),
      (IPConnection.count6, MenuQuery(path: IPConnection.path6, properties: fields)),
    ]
  }

  private struct Source {
    var count: UInt64 = 0
    var destinations: Set<String> = []

    mutating func add(_ row: Row, _ withDestinations: Bool) {
      count += 1
      guard withDestinations, let destination = row["dst-address"] else { return }
      destinations.insert(destination + "(" + (row["protocol"] ?? "") + ")")
    }
  }
}
