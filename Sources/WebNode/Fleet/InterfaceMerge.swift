import Shared

/// Joins the interfaces that several collectors know of one device. Their keys may differ: they are matched by what the device
/// itself says, in steps from the surest to the least sure (see ``InterfaceIdentity``).
struct InterfaceMerge {
  /// A newer sample without a rate (the first after a start) does not hide a rate that is at most this much older, in seconds.
  static let rateReach = 3.0

  private var views: [InterfaceView] = []
  /// Who is in `views`, at the same index.
  private var identities: [InterfaceIdentity] = []
  /// Whether the view at this index is described by a `device.json`, or by its key only.
  private var described: [Bool] = []

  /// - Parameter replicas: the freshest first.
  static func views(_ replicas: [FleetMerge.Replica]) -> [InterfaceView] {
    var merge = InterfaceMerge()
    for replica in replicas { merge.add(replica) }
    if replicas.count > 1 { merge.steady(replicas) }
    return merge.views.sorted { left, right in
      if left.isUplink != right.isUplink { return left.isUplink }
      return left.name == right.name ? left.key < right.key : NaturalOrder.precedes(left.name, right.name)
    }
  }

  private mutating func add(_ replica: FleetMerge.Replica) {
    let files = replica.record.file?.interfaces ?? [:]
    let keys = Set(replica.record.lanes.keys).union(files.keys).sorted()
    let mine = keys.map { InterfaceIdentity(key: $0, file: files[$0]) }
    let places = InterfaceIdentity.matches(of: mine, among: identities)
    for (index, key) in keys.enumerated() {
      let place = places[index] ?? append(mine[index])
      join(replica, key, files[key], at: place)
    }
  }

  private mutating func append(_ identity: InterfaceIdentity) -> Int {
    views.append(InterfaceView(key: identity.key, name: identity.key))
    identities.append(identity)
    described.append(false)
    return views.count - 1
  }

  private mutating func join(_ replica: FleetMerge.Replica, _ key: String, _ file: DeviceFile.Interface?, at place: Int) {
    let lane = replica.record.lanes[key]
    if let file {
      if described[place] {
        // A collector that is gone may have known a name that the others never saw.
        views[place].formerNames = Self.names(
          views[place].formerNames + [file.name] + Self.former(file), without: views[place].name)
      } else {
        Self.describe(&views[place], file)
        described[place] = true
      }
    }
    views[place].sources.append(
      InterfaceView.Source(
        root: replica.root, collector: replica.collector.name, directory: replica.record.directory, key: key,
        isReadable: replica.record.folderProblem == nil, isAnswering: replica.isAnswering))
    views[place].histories.append(lane?.history ?? RateHistory())
    views[place].liveLedgers.append(lane?.ledger ?? LiveLedger())
    guard let lane, !replica.isRetired || views[place].time == nil else { return }
    if let time = views[place].time {
      let isLacking = views[place].rxRate == nil && lane.rxRate != nil && time - lane.time <= Self.rateReach
      guard isLacking || (lane.time > time && lane.rxRate != nil) else { return }
    }
    views[place].time = lane.time
    views[place].rxRate = lane.rxRate
    views[place].txRate = lane.txRate
    views[place].isCurrent = lane.time == replica.record.sampleTime
  }

  /// Values and names come from the freshest, history in an order that stays: which replica gives a second must not depend on the moment
  /// of the question, on the node, or on the zoom.
  private mutating func steady(_ replicas: [FleetMerge.Replica]) {
    let order = replicas.sorted { ($0.isRetired ? 1 : 0, $0.collector.id) < ($1.isRetired ? 1 : 0, $1.collector.id) }
    let places = Dictionary(order.enumerated().map { ($1.record.directory, $0) }, uniquingKeysWith: { first, _ in first })
    for index in views.indices where views[index].sources.count > 1 {
      let view = views[index]
      let ranked = view.sources.indices.sorted {
        (places[view.sources[$0].directory] ?? 0) < (places[view.sources[$1].directory] ?? 0)
      }
      views[index].sources = ranked.map { view.sources[$0] }
      views[index].histories = ranked.map { view.histories[$0] }
      views[index].liveLedgers = ranked.map { view.liveLedgers[$0] }
      views[index].key = views[index].sources[0].key
    }
  }

  private static func describe(_ view: inout InterfaceView, _ file: DeviceFile.Interface) {
    view.name = file.name
    view.formerNames = names(former(file), without: file.name)
    view.comment = file.comment
    view.type = file.type
    view.role = file.role
    view.mac = file.mac
    view.isDynamic = file.dynamic ?? false
    view.running = file.running
    view.speed = file.speed
  }

  /// Newest first.
  private static func former(_ file: DeviceFile.Interface) -> [String] {
    file.names.sorted { $0.from > $1.from }.map(\.name)
  }

  private static func names(_ names: [String], without present: String) -> [String] {
    names.reduce(into: []) { if $1 != present, !$0.contains($1) { $0.append($1) } }
  }
}
