/// The sample lines of one family, each series once.
enum SampleLines {
  static func render(_ family: MetricFamily, _ dropped: inout PrometheusText.Dropped) -> [UInt8] {
    if isPlain(family.samples) { return lines(family.samples, family.name) }
    return lines(unique(family.samples, &dropped), family.name)
  }

  private static func lines(_ samples: [MetricFamily.Sample], _ name: String) -> [UInt8] {
    var lines: [UInt8] = []
    lines.reserveCapacity(samples.reduce(0) { $0 + $1.labels.text.count + name.utf8.count + 32 })
    for sample in samples {
      lines.append(utf8: name)
      if sample.suffix != .none { lines.append(utf8: sample.suffix.rawValue) }
      if !sample.labels.text.isEmpty {
        lines.append(UInt8(ascii: "{"))
        lines += sample.labels.text
        lines.append(UInt8(ascii: "}"))
      }
      lines.append(UInt8(ascii: " "))
      PrometheusText.append(sample.value, to: &lines)
      lines.append(UInt8(ascii: "\n"))
    }
    return lines
  }

  // MARK: Each series once

  /// The common case: all samples have the same valid label names in the same order, and no two are of one series. `false` where a closer
  /// look is needed.
  private static func isPlain(_ samples: [MetricFamily.Sample]) -> Bool {
    guard let first = samples.first, first.labels.isValid else { return false }
    guard samples.count > 1 else { return true }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(samples.count)
    for sample in samples {
      guard sample.labels.isValid, sample.labels.namesHash == first.labels.namesHash, sample.suffix == .none else { return false }
      hashes.append(hash(sample.labels.text))
    }
    if hashes.count > 2 { hashes.sort() }
    // Two of one series, or two that happen to share a hash: the careful way finds out which.
    return !hashes.indices.dropLast().contains { hashes[$0] == hashes[$0 + 1] }
  }

  /// FNV-1a over words instead of bytes.
  private static func hash(_ bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { raw in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      var at = 0
      while at + 8 <= raw.count {
        hash = (hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 32
        at += 8
      }
      while at < raw.count {
        hash = (hash ^ UInt64(raw[at])) &* 0x0000_0100_0000_01b3
        at += 1
      }
      return hash
    }
  }

  private static func unique(_ samples: [MetricFamily.Sample], _ dropped: inout PrometheusText.Dropped) -> [MetricFamily.Sample] {
    var place: [SeriesIdentity: Int] = [:]
    place.reserveCapacity(samples.count)
    var kept: [MetricFamily.Sample] = []
    kept.reserveCapacity(samples.count)
    for sample in samples {
      guard sample.labels.isValid else {
        dropped.invalid += 1
        continue
      }
      let identity = SeriesIdentity(suffix: sample.suffix, labels: sample.labels.all)
      if let at = place[identity] {
        kept[at] = sample
        dropped.duplicates += 1
      } else {
        place[identity] = kept.count
        kept.append(sample)
      }
    }
    return kept
  }
}

/// What makes a sample's series: its labels, in whatever order.
private struct SeriesIdentity: Hashable {
  var suffix: MetricFamily.Suffix
  var labels: [Labels.Label]

  static func == (left: SeriesIdentity, right: SeriesIdentity) -> Bool {
    guard left.suffix == right.suffix, left.labels.count == right.labels.count else { return false }
    return left.labels == right.labels || Set(left.labels) == Set(right.labels)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(suffix)
    // The same for every order.
    hasher.combine(labels.reduce(0) { $0 ^ $1.hashValue })
  }
}
