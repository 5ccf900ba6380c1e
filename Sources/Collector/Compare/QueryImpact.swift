import Shared

/// What would change for one query when it is asked of our metrics in place of MKTXP's.
struct QueryImpact: Sendable, Equatable, Encodable {
  var file: String
  var place: String
  var query: String
  /// What it refers to that one side lacks.
  var reasons: [String]

  /// `nil` when both sides have all that the query refers to, or neither has.
  init?(_ query: ForeignQuery, file: String, theirs: MetricSet, ours: MetricSet) {
    let use = QueryUse(query.text)
    var reasons: [String] = []
    for metric in use.metrics.sorted() {
      let (left, right) = (theirs.family(ofSample: metric), ours.family(ofSample: metric))
      switch (left, right) {
      case (nil, nil): continue
      case (.some, nil): reasons.append("\(metric): MKTXP alone has it")
      case (nil, .some): reasons.append("\(metric): only Tikwatch has it")
      case (let left?, let right?):
        for label in use.labels.sorted() where left.labels.contains(label) != right.labels.contains(label) {
          reasons.append("\(metric): the label \(label) is \(left.labels.contains(label) ? "MKTXP's alone" : "only Tikwatch's")")
        }
      }
    }
    for pattern in use.patterns {
      guard let expression = try? Regex(pattern) else { continue }
      let one = Set(theirs.families.keys).symmetricDifference(ours.families.keys)
      reasons += one.sorted().filter { (try? expression.wholeMatch(in: $0)) != nil }.map { name in
        "\(name) (\(pattern)): \(theirs.families[name] == nil ? "only Tikwatch has it" : "MKTXP alone has it")"
      }
    }
    guard !reasons.isEmpty else { return nil }
    (self.file, self.place, self.query, self.reasons) = (file, query.place, query.text, reasons)
  }
}

extension MetricSet {
  /// The family that samples of this name belong to.
  func family(ofSample name: String) -> Family? {
    if let family = families[name] { return family }
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      if let family = families[String(name.dropLast(suffix.count))] { return family }
    }
    return nil
  }
}
