/// The sample lines of one family, each series once.
enum SampleLines {
  static func render(_ family: MetricFamily, _ dropped: inout PrometheusText.Dropped) -> [UInt8] {
    if let lines = alike(family) { return lines }
    var lines: [UInt8] = []
    for sample in unique(family.samples, &dropped) { append(sample, family.name, to: &lines) }
    return lines
  }

  /// The common case, in one pass: all samples have the same label names and no suffix, and no two are of one series. `nil` for
  /// anything else.
  private static func alike(_ family: MetricFamily) -> [UInt8]? {
    guard let first = family.samples.first else { return [] }
    let names = first.labels.all.map(\.name)
    guard names.indices.allSatisfy({ MetricName.isValidLabel(names[$0]) && !names[..<$0].contains(names[$0]) }) else {
      return nil
    }
    // What stands before each value, one piece behind the other, and behind the last one.
    var openings: [UInt8] = []
    var ends: [Int] = []
    for place in names.indices {
      openings += "\(place == 0 ? "\(family.name){" : "\",")\(names[place])=\"".utf8
      ends.append(openings.count)
    }
    let closing = Array(names.isEmpty ? "\(family.name) ".utf8 : "\"} ".utf8)
    var lines: [UInt8] = []
    lines.reserveCapacity(family.samples.count * (openings.count + 16 * names.count + 48))
    var hashes: [UInt64] = []
    hashes.reserveCapacity(family.samples.count)
    // Pointers, since this runs for each label of each sample: counting references to arrays and names took half of its time.
    let isAlike = family.samples.withUnsafeBufferPointer { samples in
      openings.withUnsafeBytes { openings in
        names.withUnsafeBufferPointer { names in
          for index in samples.indices {
            guard samples[index].suffix.isEmpty else { return false }
            let start = lines.count
            let hasNames = samples[index].labels.all.withUnsafeBufferPointer { labels in
              guard labels.count == names.count else { return false }
              var begin = 0
              for place in names.indices {
                guard labels[place].name == names[place] else { return false }
                lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: openings[begin..<ends[place]]))
                begin = ends[place]
                PrometheusText.append(escaped: labels[place].value, quotes: true, to: &lines)
              }
              return true
            }
            guard hasNames else { return false }
            lines += closing
            hashes.append(hash(lines, from: start))
            PrometheusText.append(samples[index].value, to: &lines)
            lines.append(UInt8(ascii: "\n"))
          }
          return true
        }
      }
    }
    guard isAlike else { return nil }
    hashes.sort()
    // Two of one series, or two that happen to share a hash: the careful way finds out which.
    for next in hashes.indices.dropFirst() where hashes[next - 1] == hashes[next] { return nil }
    return lines
  }

  /// FNV-1a over words instead of bytes.
  private static func hash(_ bytes: [UInt8], from start: Int) -> UInt64 {
    bytes.withUnsafeBytes { raw in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      var at = start
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
    var valid: [Labels.Label] = []
    for sample in samples {
      // Most samples of a family have the names of the one before.
      if !sample.labels.all.elementsEqual(valid, by: { $0.name == $1.name }) {
        let names = sample.labels.all.map(\.name)
        guard names.allSatisfy({ MetricName.isValidLabel($0) }), Set(names).count == names.count else {
          dropped.invalid += 1
          continue
        }
        valid = sample.labels.all
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

  private static func append(_ sample: MetricFamily.Sample, _ name: String, to text: inout [UInt8]) {
    text += (name + sample.suffix).utf8
    var open = false
    for label in sample.labels.all {
      text.append(open ? UInt8(ascii: ",") : UInt8(ascii: "{"))
      open = true
      text += (label.name + "=\"").utf8
      PrometheusText.append(escaped: label.value, quotes: true, to: &text)
      text.append(UInt8(ascii: "\""))
    }
    if open { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    PrometheusText.append(sample.value, to: &text)
    text.append(UInt8(ascii: "\n"))
  }
}

/// What makes a sample's series: its labels, in whatever order.
private struct SeriesIdentity: Hashable {
  var suffix: String
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
