import Shared

/// Packs samples into the journal's lines. Pure.
enum JournalLines {
  /// One line, as a rule. A line holds one sample of a device, so a device that was sampled twice since the last line gets a second one.
  static func pack(_ samples: [Recorder.Sample], now: Double) -> [LiveLine] {
    var lines: [LiveLine] = []
    for sample in samples {
      if let place = lines.firstIndex(where: { $0.devices[sample.device] == nil }) {
        lines[place].devices[sample.device] = sample.sample
      } else {
        lines.append(LiveLine(time: now, devices: [sample.device: sample.sample]))
      }
    }
    return lines
  }
}
