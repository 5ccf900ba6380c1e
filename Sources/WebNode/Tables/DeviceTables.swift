import HTTPService
import Shared

/// The tables of one device: of several collectors' the freshest of each.
struct DeviceTables: Sendable {
  struct Table: Sendable {
    /// The collector that asked the device.
    var collector: String
    var content: DeviceTable
  }

  /// Every name that `tables.json` may have.
  static let names = ["dhcp", "wifi", "capsman", "connections", "kid-control", "address-lists", "netwatch", "neighbors"]
  /// Seconds after which a table counts as old: its menu is asked about every minute, and its file written as often.
  static let staleAfter = 180.0

  var device: String
  /// When the newest of the files was written; `nil`: there is none.
  var written: Double?
  /// By name.
  var tables: [String: Table] = [:]

  init(device: String) { self.device = device }

  /// - Parameter now: a table of the future is not believed to be the freshest for ever.
  mutating func add(_ file: TablesFile, collector: String, now: Double) {
    let isBelievable = { (time: Double) in time.isFinite && time <= now + Double(JournalTail.farthestFuture) }
    if isBelievable(file.written) { written = max(written ?? 0, file.written) }
    for (name, table) in file.tables where isBelievable(table.t) {
      if let known = tables[name], known.content.t >= table.t { continue }
      tables[name] = Table(collector: collector, content: table)
    }
  }
}

/// The tables of many devices, and what kept them from being complete.
struct FleetTables: Sendable {
  var devices: [DeviceTables] = []
  /// Roots (by index) that did not answer, and why.
  var failures: [Int: String] = [:]
}

/// Reads tables off the request's thread, each root by its own threads.
struct TablesService: Sendable {
  let store: TablesStore
  let series: SeriesService

  /// - Returns: an element for each device, in their order.
  func tables(of devices: [DeviceView], in snapshot: FleetSnapshot) async -> FleetTables {
    var wanted: [Int: [(device: Int, folder: DeviceView.Folder)]] = [:]
    for (index, device) in devices.enumerated() {
      for folder in device.folders { wanted[folder.root, default: []].append((index, folder)) }
    }
    var result = FleetTables(devices: devices.map { DeviceTables(device: $0.name) })
    await withTaskGroup(of: (Int, Result<[(Int, String, TablesFile)], any Error>).self) { group in
      for (root, items) in wanted {
        guard snapshot.roots.indices.contains(root), items.allSatisfy(\.folder.isAnswering) else {
          result.failures[root] = "does not answer"
          continue
        }
        let names = items.map { devices[$0.device].name }
        group.addTask { [store, pool = series.pool(root)] in
          do {
            let files = try await pool.run {
              zip(items, names).compactMap { item, name in
                store.file(item.folder.directory.tables, device: name).map { (item.device, item.folder.collector, $0) }
              }
            }
            return (root, .success(files))
          } catch {
            return (root, .failure(error))
          }
        }
      }
      for await (root, outcome) in group {
        switch outcome {
        case .success(let files):
          for (device, collector, file) in files { result.devices[device].add(file, collector: collector, now: snapshot.time) }
        case .failure: result.failures[root] = "does not answer in time"
        }
      }
    }
    return result
  }
}
