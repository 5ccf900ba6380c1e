/// The bytes of a view in words, from the ledger.
struct GraphVolumes: Sendable, Equatable {
  var rx: String
  var tx: String

  /// "about" where an edge of the view cuts a row of five minutes: its bytes are shared out by time. What is not known is told.
  init(_ amount: UsageAmount?) {
    guard let amount, !amount.isUnknown else {
      (rx, tx) = (Format.unknown, Format.unknown)
      return
    }
    let about = amount.isShared ? "about " : ""
    let known = amount.isPartial ? " (\(Format.percent(amount.coverage)) known)" : ""
    rx = about + Format.bytes(Double(amount.rx)) + known
    tx = about + Format.bytes(Double(amount.tx)) + known
  }
}

extension UsageService {
  /// What an interface carried in a view; unknown where its ledgers do not answer.
  func volumes(of interface: InterfaceView, _ device: DeviceView, _ window: TimeWindow) async -> GraphVolumes {
    do {
      return GraphVolumes(try await amounts(of: [interface], device, [window.from..<window.to]).total)
    } catch {
      return GraphVolumes(nil)
    }
  }
}
