import Shared

/// The tool bar, the choosers, and what the script begins with.
extension GraphPage {
  static let comparisons = [("1d", "A day before"), ("1w", "A week before"), ("30d", "30 days before"), ("1y", "A year before")]

  func boot(_ content: Content, _ name: String) -> PageJSON {
    let histories = content.histories
    let marks = histories.events.map { event in
      PageJSON.object([
        ("t", .number(event.t)), ("label", .text(subject.device == nil ? event.device + ": " + event.text : event.text)),
      ])
    }
    let isHealthy = subject.device.map { [.up, .push, .degraded].contains($0.state) } ?? true
    let lanes = subject.lanes.map { lane in
      PageJSON.object([
        ("device", .text(lane.device.name)), ("interface", .text(lane.interface?.name)), ("name", .text(subject.label(lane))),
        ("now", .rates([lane.rates.rx ?? .nan, lane.rates.tx ?? .nan])),
      ])
    }
    let several = histories.lanes.count > 1
    let members: [(String, PageJSON)] = [
      ("page", .text("graph")), ("t", .number(shell.now)), ("query", .text(subject.query)), ("title", .text(name)),
      ("place", .text(subject.device?.name)), ("lanes", .list(lanes)), ("several", .bool(subject.lanes.count > 1)),
      ("healthy", .bool(isHealthy)),
      ("down", .bool(subject.device?.state == .down)), ("interval", .number(subject.lanes.map(\.device.interval).max() ?? 1)),
      ("now", .rates([rates.rx ?? .nan, rates.tx ?? .nan])),
      ("speed", .number(subject.single?.interface.speed)), ("bounds", .bool(histories.hasBounds)),
    ]
    let data: [(String, PageJSON)] = [
      ("series", .series(histories.total)),
      ("parts", .list(several ? histories.lanes.map { .series($0.series) } : [])),
      ("earlier", content.earlier.map { .series($0.total) } ?? .null),
      ("events", .list(marks)), ("amounts", amounts(content.amounts)),
    ]
    return .object(members + data)
  }

  private func amounts(_ amounts: ViewAmounts) -> PageJSON {
    func member(_ amount: UsageAmount?) -> PageJSON {
      guard let amount, !amount.isUnknown else { return .null }
      return .object([
        ("in", .number(Double(amount.rx))), ("out", .number(Double(amount.tx))), ("coverage", .number(amount.coverage)),
        ("partial", .bool(amount.isPartial)), ("exact", .bool(!amount.isShared)),
        ("least", .bool(amount.flags.contains(.reset))),
      ])
    }
    return .object([
      ("from", .number(Double(view.from))), ("to", .number(Double(view.to))), ("total", member(amounts.total)),
      ("lanes", .list(amounts.lanes.map(member))),
    ])
  }

  /// Links and marks of the tool bar. Every one of them works without scripts.
  var controls: Fields {
    let links = links
    let theme = shell.theme
    let isStack = subject.lanes.count > 1
    var fields: Fields = [
      "presets": GraphView.presets.map { preset in
        [
          "value": preset.value, "label": preset.label, "chosen": view.range == preset.value,
          "href": links.page { $0.range = preset.value },
        ] as Fields
      },
      "styles": GraphView.Style.allCases.map { style in
        [
          "value": style.rawValue, "chosen": view.style == style, "href": links.page { $0.style = style },
          "label": isStack && style == .area ? "Stacked" : style.rawValue.prefix(1).uppercased() + style.rawValue.dropFirst(),
        ] as Fields
      },
      "earlier": links.page(view.moved(by: -0.5, now: shell.now)), "later": links.page(view.moved(by: 0.5, now: shell.now)),
      "zoomOut": links.page(view.zoomedOut(now: shell.now)), "goLive": links.page { $0.range = GraphView.standard },
      "isLive": view.isLive, "peaks": String(view.peaks), "logarithmic": String(view.logarithmic), "inBytes": String(view.bytes),
      "togglePeaks": links.page { $0.peaks.toggle() }, "toggleLog": links.page { $0.logarithmic.toggle() },
      "toggleUnit": links.page { $0.bytes.toggle() },
      "png": links.image("png", theme: theme), "svg": links.image("svg", theme: theme), "csv": links.csv, "json": links.json,
      "rrdtool": subject.isEverything ? false : links.rrdtool as Any, "image": links.image("svg", theme: theme ?? "dark"),
      "imageLight": theme == nil ? links.image("svg", theme: "light") as Any : false,
      "kept": (view.parameters + links.kept).filter { $0.name != "hide" }.compactMap { name, value in
        value.map { ["name": name, "value": $0] as Fields }
      },
    ]
    fields["comparisons"] = ([(nil, "Nothing")] + Self.comparisons.map { ($0.0 as String?, $0.1) }).map { range, label in
      [
        "value": range ?? "", "label": label, "chosen": view.compare == range, "href": links.page { $0.compare = range },
      ] as Fields
    }
    fields["comparing"] = view.compare.map(GraphView.words) ?? false
    fields["reloads"] = [(nil, "Live"), (5, "5 s"), (30, "30 s"), (60, "60 s")].map { seconds, label in
      [
        "value": seconds.map(String.init) ?? "", "label": label, "noscript": seconds == nil ? "never" : label,
        "chosen": view.refresh == seconds, "href": links.page { $0.refresh = seconds },
      ] as Fields
    }
    fields["every"] = view.refresh.map { "\($0)\(Format.narrow)s" } ?? "Live"
    fields["interfaces"] = subject.device.map(choices) ?? false
    return fields
  }

  /// The interfaces of the device, to choose one, or some.
  private func choices(_ device: DeviceView) -> [Fields] {
    let chosen = Set(subject.lanes.compactMap { $0.interface?.key })
    return device.interfaces.map { interface in
      [
        "name": interface.name, "comment": interface.comment ?? "", "chosen": chosen.contains(interface.key),
        "only": chosen == [interface.key],
      ]
    }
  }
}
