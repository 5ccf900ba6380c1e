import Shared

/// Joins the interfaces that several collectors know of one device. Their keys may differ: they are matched by what the device
/// itself says, default name and MAC address, or the name where there is no default name.
enum InterfaceMerge {
  /// - Parameter replicas: the freshest first.
  static func views(_ replicas: [FleetMerge.Replica]) -> [InterfaceView] {
    var views: [InterfaceView] = []
    var places: [String: Int] = [:]
    for replica in replicas {
      let keys = Set(replica.record.lanes.keys).union(replica.record.file?.interfaces.keys.map { $0 } ?? [])
      for key in keys.sorted() {
        let file = replica.record.file?.interfaces[key]
        let lane = replica.record.lanes[key]
        let identity = identity(key, file)
        let source = InterfaceView.Source(
          root: replica.root, collector: replica.collector.name, directory: replica.record.directory, key: key,
          isReadable: replica.record.folderProblem == nil)
        if let place = places[identity], !views[place].sources.contains(where: { $0.directory == source.directory }) {
          views[place].sources.append(source)
          views[place].histories.append(lane?.history ?? RateHistory())
          views[place].liveLedgers.append(lane?.ledger ?? LiveLedger())
          if views[place].time == nil { take(lane, into: &views[place]) }
        } else {
          places[identity] = views.count
          var view = view(key, file)
          view.sources = [source]
          view.histories = [lane?.history ?? RateHistory()]
          view.liveLedgers = [lane?.ledger ?? LiveLedger()]
          take(lane, into: &view)
          views.append(view)
        }
      }
    }
    return views.sorted { left, right in
      if left.isUplink != right.isUplink { return left.isUplink }
      return left.name == right.name ? left.key < right.key : NaturalOrder.precedes(left.name, right.name)
    }
  }

  private static func identity(_ key: String, _ file: DeviceFile.Interface?) -> String {
    guard let file else { return "key \(key)" }
    if let defaultName = file.defaultName { return "default \(defaultName) \(file.mac ?? "")" }
    return "name \(file.name) \(file.mac ?? "")"
  }

  private static func view(_ key: String, _ file: DeviceFile.Interface?) -> InterfaceView {
    var view = InterfaceView(key: key, name: file?.name ?? key)
    guard let file else { return view }
    let former = file.names.sorted { $0.from > $1.from }.map(\.name).filter { $0 != file.name }
    view.formerNames = former.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    view.comment = file.comment
    view.type = file.type
    view.role = file.role
    view.mac = file.mac
    view.isDynamic = file.dynamic ?? false
    view.running = file.running
    view.speed = file.speed
    return view
  }

  private static func take(_ lane: DeviceRecord.Lane?, into view: inout InterfaceView) {
    view.time = lane?.time
    view.rxRate = lane?.rxRate
    view.txRate = lane?.txRate
  }
}
