import Shared

/// `/api/v1/series`: a history as JSON or CSV.
struct SeriesResponse {
  var device: String
  var interface: String
  var window: TimeWindow
  /// The node's clock.
  var now: Double
  var answer: SeriesService.Answer

  var json: JSONOutput {
    let series = answer.series
    var output = JSONOutput(capacity: 1024 + series.count * 60)
    output.object {
      $0.member("device", device)
      $0.member("interface", interface)
      $0.member("from", window.from)
      $0.member("to", window.to)
      $0.member("t0", series.t0)
      $0.member("step", series.step)
      $0.member("unit", "bit/s")
      $0.member(momentary: "now", now)
      Self.band("in", series.rx, &$0)
      Self.band("out", series.tx, &$0)
      $0.member("coverage", series.coverage(from: window.from, to: window.to))
      $0.key("events")
      $0.array { output in
        for event in answer.events {
          output.object {
            $0.member("t", event.t)
            $0.member("kind", event.kind.rawValue)
            if event.interface != nil { $0.member("interface", interface) }
            $0.member("text", event.text)
          }
        }
      }
      $0.key("collectors")
      $0.array { output in
        for share in answer.shares {
          output.object {
            $0.member("name", share.collector)
            $0.member("seconds", share.seconds)
          }
        }
      }
      if answer.eventsLeftOut > 0 { $0.member("eventsLeftOut", answer.eventsLeftOut) }
      if let problem = answer.problem { $0.member("problem", problem) }
    }
    return output
  }

  var csv: [UInt8] { Self.csv(answer.series) }

  /// Epoch times, an empty cell for a gap.
  static func csv(_ series: Series) -> [UInt8] {
    var text = Array("time,in_avg,in_max,in_min,out_avg,out_max,out_min\n".utf8)
    text.reserveCapacity(text.count + series.count * 80)
    for index in 0..<series.count { append(series, index, to: &text) }
    return text
  }

  /// One row, from its time on.
  static func append(_ series: Series, _ index: Int, to text: inout [UInt8]) {
    JSONText.append(UInt64(max(0, series.t0 + index * series.step)), to: &text)
    for band in [series.rx, series.tx] {
      for value in [band.avg[index], band.max[index], band.min[index]] {
        text.append(UInt8(ascii: ","))
        if value.isFinite { JSONText.append(Optional(value.rounded()), to: &text) }
      }
    }
    text.append(UInt8(ascii: "\n"))
  }

  static func band(_ name: String, _ band: Series.Band, _ output: inout JSONOutput) {
    output.key(name)
    output.object { output in
      for (name, values) in [("avg", band.avg), ("max", band.max), ("min", band.min)] {
        output.key(name)
        output.array { for value in values { $0.rate(value) } }
      }
    }
  }
}
