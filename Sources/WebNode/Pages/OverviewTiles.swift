import Shared

/// The tiles beside the sum: only what is measured.
struct OverviewTiles {
  let snapshot: FleetSnapshot
  /// The month so far; `nil` while it is being added up.
  let month: FleetUsage.Sum?

  var fields: [Fields] { [devices, collectors, today, busiest, thisMonth, percentile] }

  private var devices: Fields {
    let states = snapshot.devices.map(\.state).sorted { OverviewChoices.rank($0) > OverviewChoices.rank($1) }
    let running = states.filter { $0 == .up || $0 == .push || $0 == .degraded }.count
    var notes: [Fields] = []
    for (state, kind, word) in [
      (DeviceState.down, "badc", "down"), (.stale, "warnc", "stale"), (.degraded, "warnc", "degraded"),
      (.starting, "", "starting"),
    ] {
      let count = states.filter { $0 == state }.count
      if count > 0 { notes.append(["kind": kind, "text": "\(count) \(word)"]) }
    }
    if notes.isEmpty { notes = [["kind": "okc", "text": states.isEmpty ? "none yet" : "all answer"]] }
    return tile("Devices up", "\(running)", "of \(states.count)", bars: Self.dots(states.map(Self.kind)), notes: notes)
  }

  private var collectors: Fields {
    let fresh = snapshot.collectors.filter(\.isFresh)
    let problems = snapshot.collectors.filter { $0.problem != nil }
    let kinds = snapshot.collectors.map { $0.isFresh ? ($0.problem == nil ? "ok" : "warn") : "bad" }
    var notes: [Fields] = []
    let silent = snapshot.collectors.count - fresh.count
    if silent > 0 { notes.append(["kind": "badc", "text": "\(silent) silent"]) }
    if !problems.isEmpty {
      notes.append(["kind": "warnc", "text": problems.count == 1 ? "1 reports a problem" : "\(problems.count) report problems"])
    }
    if notes.isEmpty, let oldest = fresh.compactMap(\.heartbeatAge).max() {
      notes = [
        ["kind": "okc", "text": "all write"],
        ["kind": "", "text": "last sign \(Format.fact(max(0, oldest), "s", digits: 1)) ago"],
      ]
    }
    return tile(
      "Collectors", "\(fresh.count)", "of \(snapshot.collectors.count)", bars: Self.dots(kinds.sorted(by: >)), notes: notes)
  }

  private var today: Fields {
    let known = snapshot.devices.compactMap(\.today)
    guard !known.isEmpty else {
      return tile(
        "Today", Format.unknown, "", bars: nil, notes: [["kind": "", "text": "No amounts yet: they are written every 5 minutes"]])
    }
    let received = Format.parts(known.reduce(0.0) { $0 + Double($1.rx) }, unit: "B")
    let sent = Format.bytes(known.reduce(0.0) { $0 + Double($1.tx) })
    // A device of which nothing is known is time that is not known.
    let coverage = known.reduce(0.0) { $0 + $1.coverage } / Double(snapshot.devices.count)
    let mark = Self.mark(known.contains { $0.isShared }, known.contains { $0.flags.contains(.reset) })
    let bar: [Fields] = [
      ["x": "0", "width": "100", "kind": "track"], ["x": "0", "width": Format.fixed(min(1, coverage) * 100, 1), "kind": "level"],
    ]
    return tile(
      "Today", mark + received.number, received.unit + " in", bars: bar,
      notes: [
        ["kind": "", "text": mark + sent + " out"], ["kind": "", "text": Format.percent(coverage) + " of the time is known"],
      ]
        + Self.bound(mark))
  }

  private static func mark(_ isShared: Bool, _ isLowerBound: Bool) -> String {
    Exactness(isShared: isShared, isLowerBound: isLowerBound).mark
  }

  /// What `≥` means, where it stands.
  private static func bound(_ mark: String) -> [Fields] {
    mark.hasPrefix("≥") ? [["kind": "", "text": "at least: counters were reset"]] : []
  }

  private var thisMonth: Fields {
    guard let month else {
      return tile("This month", Format.unknown, "", bars: nil, notes: [["kind": "", "text": "being added up"]])
    }
    guard let amount = month.amount else {
      return tile(
        "This month", Format.unknown, "", bars: nil,
        notes: month.problem == nil ? [["kind": "", "text": "No amounts yet: they are written every 5 minutes"]] : unread)
    }
    let received = Format.parts(Double(amount.rx), unit: "B")
    let mark = Exactness(amount).mark
    var fields = tile(
      "This month", mark + received.number, received.unit + " in", bars: nil,
      notes: [
        ["kind": "", "text": mark + Format.bytes(Double(amount.tx)) + " out"],
        ["kind": "", "text": Format.percent(amount.coverage) + " of the time is known"],
      ] + Self.bound(mark) + unread)
    fields["link"] = ["id": "month-link", "href": "reports", "text": "Reports"] as Fields
    return fields
  }

  /// What the sums of the month lack because it could not be read.
  private var unread: [Fields] { month?.problem.map { [["kind": "warnc", "text": $0]] } ?? [] }

  private var percentile: Fields {
    let values = month?.percentiles
    let rate = Format.rateParts(values?.larger)
    return tile(
      "95th percentile", rate.number, rate.unit, bars: nil,
      notes: values.map {
        [["kind": "", "text": "in " + Format.rate($0.rx)], ["kind": "", "text": "out " + Format.rate($0.tx)]]
      } ?? [["kind": "", "text": month == nil ? "being added up" : "not known"]])
  }

  private var busiest: Fields {
    let best = snapshot.devices.max { OverviewChoices.weight($0) < OverviewChoices.weight($1) }
    guard let best, OverviewChoices.weight(best) > 0 else { return tile("Busiest", Format.unknown, "", bars: nil, notes: []) }
    let rate = Format.rateParts(OverviewChoices.weight(best))
    var fields = tile("Busiest, in and out", rate.number, rate.unit, bars: nil, notes: [])
    fields["valueID"] = "busiest-rate"
    fields["smallID"] = "busiest-unit"
    fields["link"] = ["id": "busiest-name", "href": PageURL.device(best), "text": best.name] as Fields
    return fields
  }

  private func tile(_ label: String, _ value: String, _ small: String, bars: [Fields]?, notes: [Fields]) -> Fields {
    var fields: Fields = [
      "label": label, "value": value, "notes": notes, "link": false, "bars": false, "valueID": false, "smallID": false,
    ]
    fields["small"] = small.isEmpty ? false : small
    if let bars { fields["bars"] = ["parts": bars] as Fields }
    return fields
  }

  private static func kind(_ state: DeviceState) -> String {
    switch state {
    case .up, .push: "ok"
    case .degraded, .stale: "warn"
    case .down: "bad"
    case .starting: "idle"
    }
  }

  /// One mark for each; many are drawn as shares.
  private static func dots(_ kinds: [String]) -> [Fields] {
    guard !kinds.isEmpty else { return [] }
    guard kinds.count > 24 else {
      let pitch = 102.0 / Double(kinds.count)
      return kinds.enumerated().map { index, kind in
        ["x": Format.fixed(Double(index) * pitch, 1), "width": Format.fixed(pitch - 2, 1), "kind": kind]
      }
    }
    var start = 0.0
    return ["ok", "idle", "warn", "bad"].compactMap { kind in
      let share = Double(kinds.filter { $0 == kind }.count) / Double(kinds.count) * 100
      guard share > 0 else { return nil }
      defer { start += share }
      return ["x": Format.fixed(start, 1), "width": Format.fixed(max(0.8, share - 0.4), 1), "kind": kind]
    }
  }
}
