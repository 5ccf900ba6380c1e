import Shared

/// How the collectors, their roots and their replicas are doing: what the cluster page, its API and the banner of other pages tell.
/// Pure: everything comes from one snapshot.
struct ClusterSummary: Sendable {
  /// What somebody should look after.
  struct Problem: Sendable, Equatable {
    /// Data is missing now; else something is wrong that may lead there.
    var isSevere: Bool
    var text: String
    /// So old and so well covered by others that only the cluster page tells.
    var isQuiet = false
  }

  /// A collector with what its devices tell about it.
  struct Collector: Sendable {
    var view: CollectorView
    /// Devices it lists, and how many of them nobody else records at present.
    var devices = 0
    var alone = 0
    /// Its newest sample of any device, epoch seconds.
    var newestSample: Double?
    /// Samples that were due since it started and did not come, and how many were due.
    var missed = 0
    var due = 0.0

    /// The share of samples that did not come, 0 to 1; `nil` while none was due.
    var loss: Double? { due >= 1 ? min(1, Double(missed) / max(due, Double(missed))) : nil }
  }

  /// A collector silent for longer than this, in seconds, whose devices others record, is taken to be gone on purpose.
  static let forgottenAfter = 86_400.0

  let snapshot: FleetSnapshot
  private(set) var collectors: [Collector]
  private(set) var problems: [Problem] = []
  /// Devices that two or more collectors record at present.
  private(set) var replicated = 0

  init(_ snapshot: FleetSnapshot) {
    self.snapshot = snapshot
    collectors = snapshot.collectors.map { Collector(view: $0) }
    let places = Dictionary(
      collectors.enumerated().map { (Key($0.element.view.root, $0.element.view.name), $0.offset) },
      uniquingKeysWith: { first, _ in first })
    for device in snapshot.devices {
      let recording = device.replicas.filter(\.isRecording)
      if recording.count > 1 { replicated += 1 }
      for replica in device.replicas where !replica.isRetired {
        guard let place = places[Key(replica.root, replica.collector)] else { continue }
        collectors[place].take(replica)
        let isByOthers = recording.contains { $0.root != replica.root || $0.collector != replica.collector }
        // A device that nobody reaches is not this collector's alone; one whose only collector is silent is.
        if !isByOthers, replica.isRecording || !collectors[place].view.isFresh { collectors[place].alone += 1 }
      }
    }
    problems = rootProblems + collectorProblems
    problems = problems.filter(\.isSevere) + problems.filter { !$0.isSevere }
  }

  /// What other pages tell in a banner.
  var loud: [Problem] { problems.filter { !$0.isQuiet } }

  private struct Key: Hashable {
    var root: Int
    var collector: String
    init(_ root: Int, _ collector: String) { (self.root, self.collector) = (root, collector) }
  }

  private var rootProblems: [Problem] {
    snapshot.roots.compactMap { root in
      if root.isHung { return Problem(isSevere: true, text: "The storage \(root.path) does not answer.") }
      return root.problem.map { Problem(isSevere: true, text: "The storage \(root.path) cannot be read: \($0)") }
    }
  }

  private var collectorProblems: [Problem] {
    var problems: [Problem] = []
    func add(_ text: String, isSevere: Bool = false, isQuiet: Bool = false) {
      problems.append(Problem(isSevere: isSevere, text: text, isQuiet: isQuiet))
    }
    for collector in collectors {
      let view = collector.view
      let name = "Collector \(view.name)"
      if !view.isFresh {
        let since = view.heartbeatAge.map { " for " + Format.duration($0) } ?? ""
        let isForgotten = collector.alone == 0 && (view.heartbeatAge ?? 0) > Self.forgottenAfter
        let alone =
          collector.alone == 1 ? "1 device that nobody else records" : "\(collector.alone) devices that nobody else records"
        let consequence = collector.alone > 0 ? ": \(alone)." : collector.devices > 0 ? "; others record its devices." : "."
        add("\(name) has been silent\(since)\(consequence)", isSevere: collector.alone > 0, isQuiet: isForgotten)
        continue
      }
      if let problem = view.problem { add("\(name): \(problem)") }
      if view.isClockOff, let offset = view.clockOffset {
        add("The clock of \(view.host ?? view.name) is \(Self.offset(offset)).")
      }
      if let config = view.config, !config.lastReloadSuccessful {
        add("\(name) runs with an older configuration: \(config.problem ?? "the new one was refused")")
      }
      if view.isDiskShort, let free = view.storage?.freeBytes {
        add("\(name) has \(Format.bytes(Double(free))) of disk left, less than its archives will need.")
      }
    }
    return problems
  }

  /// `37 s ahead of this node's`.
  static func offset(_ seconds: Double) -> String {
    "\(Format.fact(abs(seconds), "s", digits: abs(seconds) < 9.95 ? 1 : 0)) \(seconds < 0 ? "behind" : "ahead of") this node's"
  }
}

extension ClusterSummary.Collector {
  fileprivate mutating func take(_ replica: DeviceView.Replica) {
    devices += 1
    if let time = replica.sampleTime { newestSample = max(newestSample ?? 0, time) }
    missed += replica.missedSamples ?? 0
    guard replica.missedSamples != nil, let started = view.started, let written = view.written, let interval = view.interval,
      interval > 0
    else { return }
    due += max(0, written - started) / interval
  }
}

extension DeviceView.Replica {
  /// Whether what happens to the device now is being written down by this collector.
  var isRecording: Bool {
    guard !isRetired else { return false }
    switch state {
    case .up, .degraded, .push: return true
    case .down, .starting, .stale: return false
    }
  }
}

extension CollectorView {
  /// Less is free than its archives still need and twice the reserve: the same as the alert of docs/operations.md.
  var isDiskShort: Bool {
    guard let storage, let free = storage.freeBytes else { return false }
    return Double(free) < Double(storage.neededBytes ?? 0) + 2 * Double(storage.reservedBytes ?? 0)
  }
}
