import Shared

/// Joins the events that several collectors wrote about one device: what two of them saw is told once.
///
/// Collectors ask at moments of their own, so the same thing has a different time with each, and a text that counts seconds reads a
/// little different. Events of one collector are never taken for one: a link that flaps does say the same thing twice.
struct EventMerge {
  /// Collectors notice the same thing within this many seconds: menus are read once a minute at the least.
  static let reach = 60.0

  struct Entry: Sendable, Equatable {
    var line: EventLine
    /// The interface by its present name, which replicas agree on; `nil`: the whole device.
    var interface: String?
    /// Names of the collectors that saw it.
    var collectors: [String]
  }

  private(set) var entries: [Entry] = []

  /// Adds one collector's events, oldest first.
  mutating func add(_ lines: [(line: EventLine, interface: String?)], of collector: String) {
    var open: [String: [Int]] = [:]
    for (index, entry) in entries.enumerated() { open[Self.mark(entry.line, entry.interface), default: []].append(index) }
    var added: [Entry] = []
    for (line, interface) in lines {
      let mark = Self.mark(line, interface)
      // Its nearest counterpart, which then is taken: two reports of one collector need two of the other.
      let match = open[mark]?.min { abs(time($0) - Self.moment(line)) < abs(time($1) - Self.moment(line)) }
      if let match, abs(time(match) - Self.moment(line)) <= Self.reach {
        open[mark]?.removeAll { $0 == match }
        entries[match].line.t = min(entries[match].line.t, line.t)
        if !entries[match].collectors.contains(collector) { entries[match].collectors.append(collector) }
      } else {
        added.append(Entry(line: line, interface: interface, collectors: [collector]))
      }
    }
    entries = (entries + added).sorted { $0.line.t < $1.line.t }
  }

  private func time(_ index: Int) -> Double { Self.moment(entries[index].line) }

  /// What two reports of one thing have in common.
  private static func mark(_ line: EventLine, _ interface: String?) -> String {
    let text: String
    switch line.kind {
    case .reboot, .gap, .reset: text = String(line.text.filter { !$0.isNumber })
    case .link, .rename, .version, .address, .publicIP, .schema, .collector, .config: text = line.text
    }
    return "\(line.kind.rawValue) \(interface ?? "")\n\(text)"
  }

  /// When it happened: a reboot is told once the device answers again, with the seconds since it.
  private static func moment(_ line: EventLine) -> Double {
    guard line.kind == .reboot, let seconds = line.text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Double($0) }),
      line.text.hasSuffix("\(Int(min(seconds, 1e9))) s ago")
    else { return line.t }
    return line.t - seconds
  }
}
