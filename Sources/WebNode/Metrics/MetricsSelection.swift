import HTTPService
import Shared

/// The devices that a request is about: `?device=` and `?collector=`, both repeatable.
struct MetricsSelection: Sendable {
  var devices: [DeviceView]
  /// `nil`: all.
  var collectors: Set<String>?
  /// Whether devices were named.
  var namesDevices: Bool

  /// Nothing was left out.
  var isEverything: Bool { collectors == nil && !namesDevices }

  /// - Throws: 404 for a name that nobody has.
  init(_ query: QueryParameters, _ snapshot: FleetSnapshot) throws(HTTPProblem) {
    let names = query.all("device")
    let wanted = Set(query.all("collector"))
    for name in wanted.sorted() where !snapshot.collectors.contains(where: { $0.name == name }) {
      throw .notFound("no collector is named \"\(name.prefix(100))\"", parameter: "collector")
    }
    devices = snapshot.devices
    if !names.isEmpty {
      devices = []
      var seen: Set<String> = []
      for name in names {
        let device = try snapshot.device(parameter: name)
        if seen.insert(device.name).inserted { devices.append(device) }
      }
    }
    if !wanted.isEmpty { devices.removeAll { wanted.isDisjoint(with: $0.collectors) } }
    collectors = wanted.isEmpty ? nil : wanted
    namesDevices = !names.isEmpty
  }

  /// The folders of a device that count, in the order in which they are preferred.
  func folders(_ device: DeviceView) -> [DeviceView.Folder] {
    device.steadyFolders.filter { collectors?.contains($0.collector) ?? true }
  }
}
