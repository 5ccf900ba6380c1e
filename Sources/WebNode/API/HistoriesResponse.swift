import Shared

/// `/api/v1/series` for several lines, or for the sum of all devices. One interface has its own form: `SeriesResponse`.
struct HistoriesResponse {
  var subject: GraphSubject
  var window: TimeWindow
  /// The node's clock.
  var now: Double
  var histories: Histories
  /// The zone that people read the times in; `nil`: not told.
  var zone: String?

  var json: JSONOutput {
    let total = histories.total
    var output = JSONOutput(capacity: 1024 + (histories.lanes.count + 1) * total.count * 60)
    output.object {
      if subject.isEverything { $0.member("device", GraphSubject.everything) }
      $0.member("from", window.from)
      $0.member("to", window.to)
      $0.member("t0", total.t0)
      $0.member("step", total.step)
      $0.member("unit", "bit/s")
      if let zone { $0.member("zone", zone) }
      $0.member(momentary: "now", now)
      SeriesResponse.band("in", total.rx, &$0)
      SeriesResponse.band("out", total.tx, &$0)
      $0.member("bounds", histories.hasBounds)
      $0.member("coverage", total.coverage(from: window.from, to: window.to))
      if !subject.isEverything {
        $0.key("series")
        $0.array { output in for lane in histories.lanes { output.object { write(lane, &$0) } } }
      }
      $0.key("events")
      $0.array { output in for event in histories.events { output.object { Self.write(event, &$0) } } }
      if histories.eventsLeftOut > 0 { $0.member("eventsLeftOut", histories.eventsLeftOut) }
      if let problem = histories.problem { $0.member("problem", problem) }
    }
    return output
  }

  private func write(_ lane: Histories.Lane, _ output: inout JSONOutput) {
    output.member("device", lane.lane.device.name)
    output.member("interface", lane.lane.interface?.name)
    SeriesResponse.band("in", lane.series.rx, &output)
    SeriesResponse.band("out", lane.series.tx, &output)
    output.member("coverage", lane.series.coverage(from: window.from, to: window.to))
    if let problem = lane.problem { output.member("problem", problem) }
  }

  private static func write(_ event: Histories.Event, _ output: inout JSONOutput) {
    output.member("t", event.t)
    output.member("kind", event.kind.rawValue)
    output.member("device", event.device)
    if let interface = event.interface { output.member("interface", interface) }
    output.member("text", event.text)
  }

  /// A row for each line and step; of everything only the sum, in the columns of one interface.
  var csv: [UInt8] {
    if subject.isEverything { return SeriesResponse.csv(histories.total) }
    var text = Array("device,interface,time,in_avg,in_max,in_min,out_avg,out_max,out_min\n".utf8)
    text.reserveCapacity(histories.lanes.count * histories.total.count * 100)
    for lane in histories.lanes {
      let names = CSVCell.text(lane.lane.device.name) + "," + CSVCell.text(lane.lane.interface?.name ?? "") + ","
      for index in 0..<lane.series.count {
        text += names.utf8
        SeriesResponse.append(lane.series, index, to: &text)
      }
    }
    return text
  }
}

/// Text in a table that a spreadsheet may open.
enum CSVCell {
  /// Quoted where needed; what a spreadsheet would take for a formula begins with an apostrophe.
  static func text(_ text: String) -> String {
    var cell = text
    if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { cell = "'" + cell }
    // By scalar: a comma with a combining mark is one character, and still a comma to whoever reads the table.
    let needsQuotes = cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    guard needsQuotes else { return cell }
    var quoted = "\""
    for scalar in cell.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
