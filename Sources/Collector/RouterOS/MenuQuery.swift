import Synchronization

/// One command for the device: a menu, what to do there, and which rows and fields to give.
///
/// A class because it never changes and is handed on with every question and answer: one reference instead of five.
final class MenuQuery: Sendable {
  /// Which device is asked.
  enum Source: Sendable, Hashable, CaseIterable {
    /// The device itself.
    case device
    /// `remote_dhcp_entry`, else the device itself.
    case dhcpServer
    /// `remote_capsman_entry`, else the device itself.
    case capsman
  }

  struct Attribute: Sendable, Hashable {
    var name: String
    var value: String
  }

  /// With its leading slash: `/interface`, `/ip/dhcp-server/lease`.
  let path: String
  /// `print`, `monitor-traffic`, …; empty if `path` is already the whole command.
  let command: String
  /// `.proplist`: the fields wanted; empty asks for all, which costs the device more.
  let properties: [String]
  /// `=name=value` words, such as `count-only` (with an empty value), `interval`, `stats`.
  let attributes: [Attribute]
  /// Query words without their leading `?`, in RouterOS's reverse Polish order: `type=ether`, `.id=*1`, `#|`.
  let queries: [String]
  let source: Source
  /// Made when it is first sent: most queries are sent for as long as the process runs.
  private let encoding = Mutex<EncodedWords?>(nil)

  init(
    path: String, command: String = "print", properties: [String] = [], attributes: [(String, String)] = [],
    queries: [String] = [], source: Source = .device
  ) {
    self.path = path
    self.command = command
    self.properties = properties
    self.attributes = attributes.map { Attribute(name: $0.0, value: $0.1) }
    self.queries = queries
    self.source = source
  }

  /// `path` and `command` as one word: `/interface/print`.
  var commandWord: String {
    if command.isEmpty { return path }
    return path.hasSuffix("/") ? path + command : path + "/" + command
  }

  /// The sentence for this query, without its tag.
  var words: [String] {
    var words = [commandWord]
    words.reserveCapacity(2 + attributes.count + queries.count)
    if !properties.isEmpty { words.append("=.proplist=" + properties.joined(separator: ",")) }
    for attribute in attributes { words.append("=" + attribute.name + "=" + attribute.value) }
    for query in queries { words.append("?" + query) }
    return words
  }

  /// ``words`` as they are sent.
  var encodedWords: EncodedWords {
    encoding.withLock { known in
      if let known { return known }
      let words = EncodedWords(words)
      known = words
      return words
    }
  }
}

extension MenuQuery: Hashable {
  static func == (left: MenuQuery, right: MenuQuery) -> Bool {
    if left === right { return true }
    return left.path == right.path && left.command == right.command && left.source == right.source
      && left.queries == right.queries && left.attributes == right.attributes && left.properties == right.properties
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(command)
    hasher.combine(queries)
    hasher.combine(attributes)
  }
}
