import Shared

/// Counts durations in buckets, as Prometheus wants them.
struct DurationHistogram: Sendable, Equatable {
  /// Upper bounds in seconds.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  private var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  private(set) var sum = 0.0
  var count: UInt64 { counts.reduce(0, +) }

  mutating func add(_ seconds: Double) {
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
  }

  func samples(_ labels: Labels) -> [MetricFamily.Sample] {
    var samples: [MetricFamily.Sample] = []
    var total: UInt64 = 0
    for (index, count) in counts.enumerated() {
      total += count
      var bucket = labels
      bucket.append("le", index < Self.bounds.count ? Self.text(Self.bounds[index]) : "+Inf")
      samples.append(MetricFamily.Sample(.unsigned(total), labels: bucket, suffix: .bucket))
    }
    samples.append(MetricFamily.Sample(.double(sum), labels: labels, suffix: .sum))
    samples.append(MetricFamily.Sample(.unsigned(total), labels: labels, suffix: .count))
    return samples
  }

  private static func text(_ bound: Double) -> String {
    bound == bound.rounded() ? String(Int(bound)) : String(bound)
  }
}
