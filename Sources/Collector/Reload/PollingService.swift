import ServiceLifecycle
import Shared

/// Runs a poller per device, once storage knows where each stands; one that fails to reach its device is no concern of the others.
///
/// A new configuration ends and begins pollers of those devices only that it concerns. Of a device that ends, this keeps where its history
/// stands: what its poller knew is newer than what storage has written.
struct PollingService: Service {
  let config: CollectorConfig
  let updates: AsyncStream<CollectorConfig>
  let storage: StorageService
  let environment: DevicePoller.Environment

  /// A device whose poller has been begun.
  private struct Running {
    var config: DeviceConfig
    var stop: AsyncStream<Never>.Continuation
    /// One value when the poller has ended.
    var ended: AsyncStream<DevicePast?>
  }

  /// Begins a poller as a child task.
  private typealias Begin = (
    _ device: DeviceConfig, _ past: DevicePast?, _ index: Int, _ config: CollectorConfig
  ) -> Running

  func run() async throws {
    await cancelWhenGracefulShutdown {
      guard let pasts = await storage.pasts() else { return }
      await withDiscardingTaskGroup { group in
        func begin(_ device: DeviceConfig, _ past: DevicePast?, _ index: Int, _ config: CollectorConfig) -> Running {
          let (stop, stopper) = AsyncStream<Never>.makeStream()
          let (ended, end) = AsyncStream<DevicePast?>.makeStream()
          var environment = environment
          environment.metricsInterval = config.metricsInterval.seconds
          let turn = Turn(index: index, count: config.devices.count, environment: environment)
          group.addTask {
            end.yield(await attend(device, past, turn, until: stop))
            end.finish()
          }
          return Running(config: device, stop: stopper, ended: ended)
        }
        environment.board.show(config.devices, metricsInterval: config.metricsInterval.seconds)
        var running: [String: Running] = [:]
        for (index, device) in config.devices.enumerated() {
          running[device.name] = begin(device, pasts[device.name] ?? DevicePast(), index, config)
        }
        var current = config
        var ended: [String: DevicePast] = [:]
        // Ends with the task: without a device there is nothing to do but to be there.
        for await next in updates {
          await apply(next, to: &running, &ended, from: current, begin)
          current = next
        }
      }
    }
  }

  private func apply(
    _ next: CollectorConfig, to running: inout [String: Running], _ pasts: inout [String: DevicePast],
    from current: CollectorConfig,
    _ begin: Begin
  ) async {
    environment.releases.use(next.releaseFeeds)
    guard case .devices(let added, let removed, let changed) = ConfigChange(from: current, to: next) else { return }
    let ending = removed + changed
    for name in ending { running[name]?.stop.finish() }
    for name in ending {
      guard let old = running.removeValue(forKey: name) else { continue }
      for await past in old.ended { if let past { pasts[name] = past } }
    }
    for name in removed { environment.recorder.forget(name) }
    environment.board.show(next.devices, metricsInterval: next.metricsInterval.seconds)
    let concerned = Set(added + changed)
    // Archives that a device begins from now on follow its new retention.
    storage.admissions.tell(next.devices.filter { concerned.contains($0.name) })
    for (index, device) in next.devices.enumerated() where concerned.contains(device.name) {
      running[device.name] = begin(device, pasts.removeValue(forKey: device.name), index, next)
    }
    tell(added, "the device is configured")
    tell(removed, "the device is no longer configured: sampling ends")
    let before = Dictionary(current.devices.map { ($0.name, $0) }) { $1 }
    for device in next.devices where changed.contains(device.name) {
      if let old = before[device.name] { tell([device.name], ConfigWords.text(from: old, to: device)) }
    }
  }

  private func tell(_ names: [String], _ text: String) {
    let now = SampleClock.rounded(environment.time.epoch)
    for name in names { environment.recorder.record([EventLine(t: now, kind: .config, text: text)], of: name) }
  }

  /// When a device has its turn within the interval.
  private struct Turn: Sendable {
    var index: Int
    var count: Int
    var environment: DevicePoller.Environment
  }

  /// Polls until `stop` ends, or the task is cancelled; returns where the device's history stands.
  private func attend(_ device: DeviceConfig, _ past: DevicePast?, _ turn: Turn, until stop: AsyncStream<Never>) async
    -> DevicePast?
  {
    await withTaskGroup(of: DevicePast?.self) { group in
      group.addTask { await poll(device, past, turn) }
      group.addTask {
        for await _ in stop {}
        return nil
      }
      var result = await group.next() ?? nil
      group.cancelAll()
      for await other in group { result = result ?? other }
      return result
    }
  }

  private func poll(_ device: DeviceConfig, _ known: DevicePast?, _ turn: Turn) async -> DevicePast? {
    var past = known
    if past == nil {
      // New to this process, but perhaps not to the root.
      past = await storage.admissions.ask(device)
      if Task.isCancelled { return nil }
    }
    let poller = DevicePoller(device, past: past ?? DevicePast(), index: turn.index, of: turn.count, turn.environment)
    await poller.run()
    return await poller.past
  }
}

extension DevicePoller {
  /// Where the device's history stands, for a poller that takes over.
  var past: DevicePast {
    var file = file
    file.interfaces = catalogue.known
    return DevicePast(file: file, last: derivation.last, uptime: reboots.last)
  }
}
