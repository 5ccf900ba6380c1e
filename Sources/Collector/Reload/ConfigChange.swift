/// What a new configuration means for a running collector. Pure.
enum ConfigChange: Sendable, Equatable {
  /// Keys of `[collector]` that cannot change while it runs: nothing of the new configuration is taken.
  case needsRestart([String])
  case none
  /// Devices by name, in the new order; those of none of the lists stay as they are.
  case devices(added: [String], removed: [String], changed: [String])

  init(from old: CollectorConfig, to new: CollectorConfig) {
    let keys = Self.lastingKeys(old, new)
    guard keys.isEmpty else {
      self = .needsRestart(keys)
      return
    }
    let before = Dictionary(old.devices.map { ($0.name, $0) }) { $1 }
    let after = Set(new.devices.map(\.name))
    // Every poller writes metrics in this rhythm.
    let concernsAll = old.metricsInterval != new.metricsInterval
    let added = new.devices.map(\.name).filter { before[$0] == nil }
    let removed = old.devices.map(\.name).filter { !after.contains($0) }
    let changed = new.devices.filter { device in before[device.name].map { concernsAll || $0 != device } ?? false }.map(\.name)
    self =
      added.isEmpty && removed.isEmpty && changed.isEmpty ? .none : .devices(added: added, removed: removed, changed: changed)
  }

  private static func lastingKeys(_ old: CollectorConfig, _ new: CollectorConfig) -> [String] {
    var keys: [String] = []
    if old.id != new.id { keys.append("id") }
    if old.storage != new.storage { keys.append("storage") }
    if old.spool != new.spool { keys.append("spool") }
    if old.spoolLimit != new.spoolLimit { keys.append("spool_limit") }
    if old.sampleInterval != new.sampleInterval { keys.append("sample_interval") }
    if old.flushInterval != new.flushInterval { keys.append("flush_interval") }
    guard keys.isEmpty else { return keys }
    // Whatever else there will be: taken over only when it is known how.
    var rest = old
    rest.devices = new.devices
    rest.metricsInterval = new.metricsInterval
    rest.endpoint = new.endpoint
    rest.modules = new.modules
    rest.releaseFeeds = new.releaseFeeds
    return rest == new ? [] : ["another key of [collector]"]
  }
}
