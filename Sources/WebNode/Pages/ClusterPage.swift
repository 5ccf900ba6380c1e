import Hummingbird
import Shared

/// `/cluster`: collectors, roots, replicas and this node.
struct ClusterPage {
  /// Rows of the tables of devices; the rest is on further pages, or counted.
  static let rowLimit = 100

  let shell: PageShell
  let summary: ClusterSummary

  init(_ shell: PageShell) {
    self.shell = shell
    summary = ClusterSummary(shell.services.fleet.snapshot())
  }

  func response() -> Response {
    let node = NodeStatus(shell.services)
    var fields = shell.fields(
      title: "Cluster", section: .cluster, scripts: [.cluster],
      boot: .object([("page", .text("cluster")), ("t", .number(shell.now))]))
    fields["isLive"] = false
    fields["sub"] = summary.problems.isEmpty ? "Everything is written and read." : "\(summary.problems.count) to look after"
    fields["problems"] = summary.problems.map { ["kind": $0.isSevere ? "bad" : "", "text": $0.text] as Fields }
    fields["tiles"] = tiles(node)
    fields["collectors"] = summary.collectors.map { CollectorFields(collector: $0, summary: summary, shell: shell).fields }
    fields["roots"] = summary.snapshot.roots.enumerated().map { root($0.offset, $0.element) }
    for (name, value) in replicas { fields[name] = value }
    for (name, value) in errors { fields[name] = value }
    fields["node"] = identity(node)
    return shell.page("cluster", fields)
  }

  private func tiles(_ node: NodeStatus) -> [Fields] {
    let devices = summary.snapshot.devices.count
    let alone = devices - summary.replicated
    let lags = summary.collectors.filter(\.view.isFresh).compactMap { $0.newestSample.map { summary.snapshot.time - $0 } }
    let fresh = summary.collectors.filter(\.view.isFresh).count
    let silent = summary.collectors.count - fresh
    return [
      tile(
        "Collectors", "\(fresh)", "of \(summary.collectors.count)",
        silent == 0 ? ("okc", summary.collectors.isEmpty ? "none yet" : "all write") : ("badc", "\(silent) silent")),
      tile(
        "Recorded twice or more", "\(summary.replicated)", "of \(devices)",
        alone == 0 ? ("okc", "every device has a replica") : ("", "\(alone) by one collector or none now")),
      tile("Lag", Format.fact(lags.max().map { max(0, $0) }, "s", digits: 1), "", ("", "newest sample of the slowest collector")),
      tile(
        "This node", Format.bytes(node.memory), "", ("", "up \(Format.duration(max(0, shell.now - node.started)))"),
        ("", node.streams == 1 ? "1 live page" : "\(node.streams) live pages")),
    ]
  }

  private func tile(_ label: String, _ value: String, _ small: String, _ notes: (kind: String, text: String)...) -> Fields {
    [
      "label": label, "value": value, "small": small.isEmpty ? false : small as Any, "bars": false, "link": false,
      "valueID": false,
      "smallID": false, "notes": notes.map { ["kind": $0.kind, "text": $0.text] as Fields },
    ]
  }

  private func root(_ index: Int, _ root: RootView) -> Fields {
    let phrases =
      root.isHung
      ? StatePhrases(kind: "bad", icon: "bad", words: "Does not answer")
      : root.problem != nil
        ? StatePhrases(kind: "bad", icon: "bad", words: "Cannot be read")
        : root.scanned == nil
          ? StatePhrases(kind: "idle", icon: "clock", words: "First look")
          : StatePhrases(kind: "ok", icon: "ok", words: "Readable")
    let age = root.scanned.map { max(0, summary.snapshot.time - $0) }
    return [
      "path": root.path, "state": phrases.fields,
      "scan": age.map { Format.fact($0, "s", digits: $0 < 9.95 ? 1 : 0) + " ago" } ?? Format.unknown,
      "collectors": String(summary.collectors.count { $0.view.root == index }), "problem": root.problem ?? false as Any,
    ]
  }

  /// Which devices are recorded by whom, a page at a time: those with fewer living replicas than others first.
  private var replicas: Fields {
    let devices = summary.snapshot.devices
    let most = devices.map { $0.replicas.count(where: \.isRecording) }.max() ?? 0
    let lacking = devices.filter { device in
      device.replicas.count(where: \.isRecording) < most || device.replicas.contains { !$0.isRecording }
    }
    let isAll = shell.query["replicas"] == "all"
    let chosen = isAll ? devices : lacking
    let pages = max(1, (chosen.count + Self.rowLimit - 1) / Self.rowLimit)
    let page = min(max(1, shell.query["page"].flatMap { Int($0) } ?? 1), pages)
    let shown = chosen.dropFirst((page - 1) * Self.rowLimit).prefix(Self.rowLimit)
    func address(_ page: Int) -> String {
      "cluster" + (isAll ? "?replicas=all" : "?replicas=few") + (page > 1 ? "&page=\(page)" : "") + "#replicas"
    }
    return [
      "replicas": shown.map(replicas),
      "replicaViews": [
        ["label": "To look after", "count": String(lacking.count), "href": "cluster?replicas=few#replicas", "chosen": !isAll]
          as Fields,
        ["label": "All", "count": String(devices.count), "href": "cluster?replicas=all#replicas", "chosen": isAll],
      ],
      "anyReplica": !shown.isEmpty,
      "noReplica": devices.isEmpty ? "No device yet." : "Every device is recorded by all who list it.",
      "replicaPager": pages > 1
        ? [
          "range": "page \(page) of \(pages)", "previous": page > 1 ? address(page - 1) as Any : false,
          "next": page < pages ? address(page + 1) as Any : false,
        ] as Fields : false as Any,
    ]
  }

  private func replicas(_ device: DeviceView) -> Fields {
    [
      "name": device.name, "href": PageURL.device(device),
      "state": StatePhrases(device, now: shell.now, time: shell.time).fields,
      "replicas": device.replicas.sorted { ($0.collector, $0.root) < ($1.collector, $1.root) }.map { replica -> Fields in
        let (kind, icon, words) = Self.look(replica)
        return [
          "collector": replica.collector, "kind": kind + "c", "icon": Icon.fields(icon), "words": words,
          "coverage": replica.coverage.map { Format.percent($0) + " of today" } ?? "",
        ]
      },
    ]
  }

  static func look(_ replica: DeviceView.Replica) -> (kind: String, icon: String, words: String) {
    if replica.isRetired { return ("idle", "clock", "past only") }
    switch replica.state {
    case .up, .push: return ("ok", "ok", "records")
    case .degraded: return ("warn", "warn", "degraded")
    case .starting: return ("idle", "clock", "starting")
    case .down: return ("bad", "bad", "does not reach it")
    case .stale: return ("warn", "warn", "silent")
    }
  }

  /// What keeps collectors from sampling, the worst first.
  private var errors: Fields {
    var rows: [(rank: Int, loss: Int, fields: Fields)] = []
    for device in summary.snapshot.devices {
      for replica in device.replicas where !replica.isRetired {
        let missed = replica.missedSamples ?? 0
        guard replica.reason != nil || missed > 0 || !replica.isRecording else { continue }
        let (kind, icon, words) = Self.look(replica)
        let message = replica.message ?? StatePhrases.words(reason: replica.reason)
        rows.append(
          (
            OverviewChoices.rank(replica.state), missed,
            [
              "device": device.name, "href": PageURL.device(device), "collector": replica.collector, "kind": kind + "c",
              "icon": Icon.fields(icon), "words": words, "reason": replica.reason ?? Format.unknown,
              "since": replica.since.map { shell.time.fields($0, .moment, now: shell.now) as Any } ?? false,
              "missed": replica.missedSamples.map { Format.parts(Double($0), unit: "").text } ?? Format.unknown,
              "ping": DeviceFields.ping(replica.latencyMs), "message": message ?? Format.unknown,
            ]
          ))
      }
    }
    rows.sort { ($0.rank, -$0.loss) < ($1.rank, -$1.loss) }
    let rest = rows.count - Self.rowLimit
    return [
      "errors": rows.prefix(Self.rowLimit).map(\.fields), "anyError": !rows.isEmpty,
      "moreErrors": rest > 0 ? "\(rest) more: /api/v1/cluster lists all." as Any : false,
    ]
  }

  private func identity(_ node: NodeStatus) -> [Fields] {
    [
      ("Version", Version.current), ("Host", node.host ?? Format.unknown), ("Process", String(node.pid)),
      ("Started", shell.time.moment(node.started)), ("Memory", Format.bytes(node.memory)), ("Live pages", String(node.streams)),
      ("Answers", Format.parts(Double(node.responses), unit: "").text),
      ("Graphs drawn", Format.parts(Double(node.renders), unit: "").text),
      ("Broken files", String(node.brokenFiles)), ("Its clock", shell.time.moment(shell.now) + " " + shell.time.zoneName),
    ].map { ["label": $0.0, "value": $0.1] }
  }
}
