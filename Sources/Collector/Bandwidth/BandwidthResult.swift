import Shared

/// What a test of the connection to the internet has found. What could not be measured is absent, never 0.
struct BandwidthResult: Sendable, Equatable {
  /// bit/s.
  var download: Double?
  /// bit/s.
  var upload: Double?
  /// Milliseconds.
  var latency: Double?
  /// What went wrong, to be shown to people.
  var problems: [String] = []

  /// With MKTXP's names and labels: they are about no device.
  var families: [MetricFamily] {
    var families: [MetricFamily] = []
    let rates = [("download", download), ("upload", upload)].compactMap { direction, rate in
      rate.map { MetricFamily.Sample(.double($0), labels: Labels([("direction", direction)])) }
    }
    if !rates.isEmpty {
      families.append(
        MetricFamily(
          "mktxp_internet_bandwidth", .gauge, help: "Bit/s between the collector's host and the server of its bandwidth test",
          samples: rates))
    }
    if let latency {
      families.append(
        MetricFamily(
          "mktxp_internet_latency", .gauge,
          help: "Milliseconds that a connection from the collector's host to that server takes to be made",
          samples: [MetricFamily.Sample(.double(latency), labels: Labels([]))]))
    }
    return families
  }
}
