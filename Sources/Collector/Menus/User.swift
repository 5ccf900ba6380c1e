import Shared

/// `/user/active`: who is logged in, since when.
struct User: MenuCollector {
  /// A gauge, whatever its name says.
  static let active = Metric.gauge("mktxp_active_users_info", "When a user who is logged in now came, as seconds since 1970")

  private static let query = MenuQuery(path: "/user/active", properties: ["name", "address", "via", "group", "when"])

  let path = query.path
  let metrics = [active]

  func period(metricsInterval: Double) -> Double { max(60, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.user] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [Self.query, DeviceClock.query] }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    // Without its zone a time is none.
    guard let zone = DeviceClock.zone(answers) else { return samples }
    var newest: [Labels: Int] = [:]
    var order: [Labels] = []
    for row in answers.rows(Self.query) {
      let labels = context.labels(["name", "address", "via", "group"].map { ($0, row[$0]) })
      switch row.read("when", RowValue.localTime) {
      case .absent: break
      case .unreadable: samples.drop()
      case .value(let time):
        // Several sessions of one user from one place are one series: the latest.
        let came = time.epoch(in: zone)
        if newest[labels] == nil { order.append(labels) }
        newest[labels] = max(newest[labels] ?? came, came)
      }
    }
    for labels in order {
      if let time = newest[labels] { samples.add(Self.active, .double(Double(time)), labels) }
    }
    return samples
  }
}
