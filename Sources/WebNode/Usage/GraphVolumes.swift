import Shared

/// The bytes of a view in words, from the ledger.
struct GraphVolumes: Sendable, Equatable {
  var rx: String
  var tx: String
  /// Why they are marked; `nil` where they are not.
  var explanation: String?

  /// What is not known is told.
  ///
  /// - Parameter inWords: for pictures: `at least about` in place of signs.
  init(_ amount: UsageAmount?, inWords: Bool = true) {
    guard let amount, !amount.isUnknown else {
      (rx, tx) = (Format.unknown, Format.unknown)
      return
    }
    let exactness = Exactness(amount)
    let mark = inWords ? exactness.words : exactness.mark
    rx = mark + Format.bytes(Double(amount.rx)) + exactness.known
    tx = mark + Format.bytes(Double(amount.tx)) + exactness.known
    explanation = exactness.explanation
  }
}

/// The bytes of a view as a graph page has them: of the whole and of each line, from the ledgers. `nil` is unknown.
struct ViewAmounts: Sendable, Equatable {
  var total: UsageAmount?
  var lanes: [UsageAmount?] = []
}

extension UsageService {
  /// Months of ledgers that are read for a page, of all interfaces and replicas together: five years of one interface.
  static let pageMonths = 64

  /// What an interface carried in a view; unknown where its ledgers do not answer.
  func volumes(of interface: InterfaceView, _ device: DeviceView, _ window: TimeWindow) async -> GraphVolumes {
    do {
      return GraphVolumes(try await amounts(of: [interface], device, [window.from..<window.to]).total)
    } catch {
      return GraphVolumes(nil)
    }
  }

  /// What the lines of a graph carried in a view, and all of them together; unknown where ledgers do not answer, and of more of them
  /// than a page may wait for.
  func amounts(of subject: GraphSubject, _ snapshot: FleetSnapshot, _ window: TimeWindow) async -> ViewAmounts {
    let lanes = subject.isEverything ? snapshot.devices.map { GraphSubject.Lane(device: $0) } : subject.lanes
    let nothing = ViewAmounts(total: nil, lanes: subject.lanes.map { _ in nil })
    let files = lanes.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.sources.count } }
    let months = window.seconds / (30 * 86_400) + 1
    guard files * months <= Self.pageMonths + files, files <= Self.pageMonths else { return nothing }
    let span = window.from..<max(window.from + 1, window.to)
    var amounts: [UsageAmount?] = []
    for lane in lanes { amounts.append(try? await self.amounts(of: lane.parts, lane.device, [span]).total) }
    // A line that nobody knows makes what is known of the sum none of it.
    let unknown = UsageAmount(from: span.lowerBound, to: span.upperBound, now: time)
    let all = amounts.map { $0 ?? unknown }
    let total = all.dropFirst().reduce(all.first) { sum, next in sum.map { $0 + next } }
    return ViewAmounts(total: total, lanes: subject.isEverything ? [] : amounts)
  }
}
