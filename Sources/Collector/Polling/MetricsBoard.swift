import Shared
import Synchronization

/// The newest families of every device, for the endpoint: pollers put them here, scrapes read them. Nobody waits here for anything.
final class MetricsBoard: Sendable {
  /// Seconds after which what a device gave is too old to be shown: the poller tells more often, whatever the device does.
  static let patience = 60.0

  private struct Entry: Sendable {
    var families: [RenderedFamily]
    /// When it was put here, on the steady clock.
    var steady: Double
  }

  private struct Device: Sendable {
    /// That the device is down, for when there is nothing else to say.
    var down: [RenderedFamily]
    var patience: Double
  }

  private struct State: Sendable {
    var names: [String] = []
    var devices: [String: Device] = [:]
    var entries: [String: Entry] = [:]
  }

  private let state = Mutex(State())

  /// From now on these devices are shown, and no others.
  func show(_ devices: [DeviceConfig], metricsInterval: Double) {
    let patience = max(Self.patience, 3 * metricsInterval)
    let known = devices.map { device in
      let context = MenuContext(device)
      let down = MetricFamily(
        DeviceMetrics.up.name, .gauge, help: DeviceMetrics.up.help,
        samples: [MetricFamily.Sample(.unsigned(0), labels: context.labels())])
      return (device.name, Device(down: PrometheusText.rendered([down]).families, patience: patience))
    }
    state.withLock { state in
      state.names = devices.map(\.name)
      state.devices = Dictionary(known) { $1 }
      state.entries = state.entries.filter { state.devices[$0.key] != nil }
    }
  }

  func publish(_ families: [RenderedFamily], of device: String, steady: Double) {
    state.withLock { state in
      // A poller that is being ended may still come.
      if state.devices[device] != nil { state.entries[device] = Entry(families: families, steady: steady) }
    }
  }

  /// The devices shown, in the order of the configuration.
  var names: [String] { state.withLock { $0.names } }

  /// What is known of these devices, `nil` of all. A device that has not told anything for too long is down.
  func families(of wanted: Set<String>? = nil, steady: Double) -> [[RenderedFamily]] {
    state.withLock { state in
      state.names.compactMap { name in
        guard wanted?.contains(name) ?? true, let device = state.devices[name] else { return nil }
        guard let entry = state.entries[name], steady - entry.steady <= device.patience else { return device.down }
        return entry.families
      }
    }
  }
}
