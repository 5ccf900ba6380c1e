import Shared

/// `/certificate`: until when certificates are valid.
struct Certificate: MenuCollector {
  static let expiration = Metric.gauge(
    "mktxp_certificate_expiration_timestamp_seconds", "When a certificate becomes invalid, as seconds since 1970")

  private static let fields: [LabelField] = [
    "name", "digest-algorithm", "key-type", "country", "state", "locality", "organization", "common-name", "key-size",
    "subject-alt-name", "days-valid", "trusted", "key-usage", "ca", "serial-number", "fingerprint", "akid", "skid",
    "invalid-before", "invalid-after",
  ]
  private static let query = MenuQuery(path: "/certificate", properties: fields.map(\.field), attributes: [("detail", "")])

  let path = query.path
  let metrics = [expiration]

  func period(metricsInterval: Double) -> Double { max(3600, metricsInterval) }

  func use(_ switches: MenuSwitches) -> MenuUse { switches[.certificate] ? .exported : .off }

  func queries(_ context: MenuContext) -> [MenuQuery] { [Self.query, DeviceClock.query] }

  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples {
    var samples = MenuSamples()
    // Without its zone a time is none.
    guard let zone = DeviceClock.zone(answers) else { return samples }
    for row in answers.rows(Self.query) {
      // The last label is there for MKTXP's sake and empty: a countdown in it would begin a new series at each asking.
      let labels = context.labels(Self.fields.map { ($0.label, row[$0.field]) } + [("expires_after", "")])
      samples.add(Self.expiration, row, "invalid-after", labels, RowValue.localTime) {
        .double(Double($0.epoch(in: zone)))
      }
    }
    return samples
  }
}
