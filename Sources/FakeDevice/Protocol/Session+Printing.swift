/// Which commands there are, and what they write.
extension Session {
  /// How a command is answered.
  enum Answer {
    case once
    /// Again and again, every so many seconds.
    case stream(Double)
    /// Nothing until it is cancelled.
    case wait
    case refuse(String, category: Int?)
  }

  /// What to do with a command, before anything is written.
  func check(_ command: Command, at time: Double) -> Answer {
    guard Query(command.queries) != nil else { return .refuse("invalid query", category: 1) }
    switch command.verb {
    case "print", "getall":
      guard device.rows(command.path) != nil else { return noSuchCommand(command) }
      guard let interval = command.attributes["interval"], command.verb == "print", command.attributes["once"] == nil else {
        return .once
      }
      return stream(every: interval)
    case "listen": return device.rows(command.path) == nil ? noSuchCommand(command) : .wait
    case "monitor-traffic" where command.path == "/interface":
      guard let interfaces = trafficInterfaces(command), !interfaces.isEmpty else {
        return .refuse("input does not match any value of interface", category: 1)
      }
      return repeated(command)
    case "monitor" where device.hasMonitor(command.path), "info" where device.hasMonitor(command.name):
      guard monitored(command, at: time) != nil else { return .refuse("no such item", category: 0) }
      return repeated(command)
    case "add", "set", "remove", "enable", "disable", "comment", "unset", "move", "reset-counters", "reset-counters-all", "run",
      "reboot", "shutdown", "fetch":
      return hasMenu(command.path) ? .refuse("not enough permissions (9)", category: nil) : noSuchCommand(command)
    default: return noSuchCommand(command)
    }
  }

  /// Writes the replies of a command that was checked, and returns how many rows they are.
  @discardableResult
  func write(_ command: Command, at time: Double, section: Int?, to writer: inout SentenceWriter) -> Int {
    switch command.verb {
    case "monitor-traffic":
      let interfaces = trafficInterfaces(command) ?? []
      TrafficMonitor.write(interfaces, at: time, section: section, tag: command.tag, to: &writer)
      return interfaces.count
    case "monitor", "info":
      let rows = monitored(command, at: time) ?? []
      let proplist = Self.proplist(command)
      for row in rows { row.write(proplist, at: time, section: section, tag: command.tag, to: &writer) }
      return rows.count
    default: return list(command, at: time, section: section, to: &writer)
    }
  }

  private func list(_ command: Command, at time: Double, section: Int?, to writer: inout SentenceWriter) -> Int {
    guard let rows = device.rows(command.path), let query = Query(command.queries) else { return 0 }
    let ids = command.attributes["from"].map { Set($0.split(separator: ",").map(String.init)) }
    let proplist = Self.proplist(command)
    let isCount = command.attributes["count-only"] != nil
    var count = 0
    for row in rows {
      if let ids, !ids.contains(row.text(".id", at: time) ?? ""), !ids.contains(row.text("name", at: time) ?? "") { continue }
      guard query.isEmpty || query.selects({ row.text($0, at: time) }) else { continue }
      count += 1
      if !isCount { row.write(proplist, at: time, section: section, tag: command.tag, to: &writer) }
    }
    return count
  }

  private static func proplist(_ command: Command) -> Set<String>? {
    command.attributes[".proplist"].map { Set($0.split(separator: ",").map(String.init)) }
  }

  private func repeated(_ command: Command) -> Answer {
    command.attributes["once"] != nil ? .once : stream(every: command.attributes["interval"] ?? "1")
  }

  private func stream(every text: String) -> Answer {
    guard let seconds = Command.seconds(text), (0.01...86400).contains(seconds) else {
      return .refuse("invalid value for argument interval", category: 1)
    }
    return .stream(seconds)
  }

  /// The interfaces of `=interface=a,b`; `nil` when one of them is unknown. A name may itself contain commas.
  private func trafficInterfaces(_ command: Command) -> [FakeDevice.Interface]? {
    guard let text = command.attributes["interface"] else { return nil }
    if let one = device.interface(text) { return [one] }
    let found = text.split(separator: ",").map { device.interface(String($0)) }
    return found.contains { $0 == nil } ? nil : found.compactMap { $0 }
  }

  /// The rows of `=numbers=`: names, `.id`s or positions in the menu; `nil` when one of them is unknown. `info`, the forerunner of
  /// `monitor` for LTE on version 6, takes one `=number=`.
  private func monitored(_ command: Command, at time: Double) -> [Row]? {
    let attributes = command.attributes
    guard let text = attributes["numbers"] ?? attributes["number"] ?? attributes[".id"] else { return nil }
    let answers = command.verb == "monitor" ? command.path : command.name
    let rows = device.rows(command.path) ?? []
    var found: [Row] = []
    let isOne = rows.contains { $0.text("name", at: time) == text }
    for item in isOne ? [text[...]] : text.split(separator: ",") {
      let name: String?
      let word = String(item)
      if let row = rows.first(where: { $0.text(".id", at: time) == word || $0.text("name", at: time) == word }) {
        name = row.text("name", at: time)
      } else if let position = Int(item), rows.indices.contains(position) {
        name = rows[position].text("name", at: time)
      } else {
        name = device.interface(word)?.name
      }
      guard let name, let row = device.monitor(answers, name: name, at: time) else { return nil }
      found.append(row)
    }
    return found.isEmpty ? nil : found
  }

  /// Whether the path is a menu or a folder of menus.
  private func hasMenu(_ path: String) -> Bool {
    device.rows(path) != nil || device.data.menus.keys.contains { $0.hasPrefix(path + "/") }
  }

  /// RouterOS 7 names the first part that it does not know.
  private func noSuchCommand(_ command: Command) -> Answer {
    if hasMenu(command.path) || command.path.isEmpty { return .refuse("no such command", category: 0) }
    guard device.data.major >= 7 else { return .refuse("no such command prefix", category: nil) }
    var known = ""
    for part in command.path.split(separator: "/") {
      known += "/" + part
      if !hasMenu(known) { return .refuse("no such command or directory (\(part))", category: 0) }
    }
    return .refuse("no such command", category: 0)
  }
}
