import Foundation
import Shared
import Testing

@testable import Collector

/// The fixtures of menus, read from the source tree.
enum MenuFixtures {
  static let folder = (#filePath as NSString).deletingLastPathComponent.replacing(/\/Menus$/, with: "/Fixtures")

  static func versions(of menu: String) -> [String] {
    // None fails the registry's test.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + menu)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
  }
}

/// One fixture: what a device of the version in the file's name answers to the queries of one menu.
///
/// The first line, beginning with `#`, tells the origin. A line `=field=value` is a field; empty lines separate rows. Where the menu asks
/// more than one thing, `> words` begins the answer to a query: its command, its `=name=value` attributes and its `?query` words, in the
/// order of the sentence and without `.proplist`. `!done =ret=5` below it is a count. A query without an answer here meets a device that
/// has no such menu. `@packages a,b` names the enabled packages, `@remote-capsman` says that another entry's device is the CAPsMAN.
struct MenuFixture {
  /// Text of the words of a query, its rows and its count. The words are empty where the fixture answers every query.
  private struct Answer {
    var words: String
    var rows: [Row] = []
    var ret: String?
    var isTaken = false
  }

  private var answers: [Answer] = []
  var context = MenuFixture.context

  /// Leases and labels of every fixture; all switches are on.
  static let context: MenuContext = {
    var context = MenuContext(device: "gw-riga", address: "192.0.2.1")
    context.customLabels = [.init(name: "site", value: "riga"), .init(name: "cpu", value: "from the configuration")]
    context.settings.switches = .all
    context.settings.addressLists = ["blocked"]
    context.settings.ipv6AddressLists = ["blocked6"]
    context.known.leases = LeaseTable([
      ["mac-address": "AA:BB:CC:00:00:01", "address": "192.168.88.10", "host-name": "laptop", "comment": "Anna"],
      ["mac-address": "AA:BB:CC:00:00:02", "address": "192.168.88.11", "host-name": ""],
    ])
    context.known.newestVersion = "7.17"
    return context
  }()

  /// - Parameter path: without its extension.
  init(_ path: String) throws {
    let text = try String(contentsOfFile: path + ".txt", encoding: .utf8)
    #expect(text.hasPrefix("# synthetic") || text.hasPrefix("# captured"), "\(path) does not tell its origin")
    context.known.version = RouterOSVersion(String((path as NSString).lastPathComponent.prefix { $0.isNumber || $0 == "." }))
    answers = [Answer(words: "")]
    var row = Row()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst() + [""] {
      if line.hasPrefix("=") {
        let parts = line.dropFirst().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        row.fields.append(Row.Field(name: String(parts[0]), value: String(parts[1])))
        continue
      }
      if !row.fields.isEmpty { answers[answers.count - 1].rows.append(row) }
      row = Row()
      if line.hasPrefix("> ") {
        answers.append(Answer(words: String(line.dropFirst(2))))
      } else if line.hasPrefix("!done =ret=") {
        answers[answers.count - 1].ret = String(line.dropFirst(11))
      } else if line.hasPrefix("@packages ") {
        context.known.packages = Set(line.dropFirst(10).split(separator: ",").map { String($0) })
      } else if line == "@remote-capsman" {
        context.hasRemoteCAPsMAN = true
      } else {
        try #require(line.isEmpty, "\(path): \(line)")
      }
    }
    if answers.count > 1 {
      try #require(answers[0].rows.isEmpty, "\(path): rows before the first query")
      answers.removeFirst()
    }
  }

  /// What `menu` makes of the answers.
  /// - Parameter asksForAll: every answer must have been asked for.
  func samples(_ menu: any MenuCollector, asksForAll: Bool = true) -> MenuSamples {
    var copy = self
    var answers = copy.answer(menu.queries(context))
    answers.merge(copy.answer(menu.followUps(answers, context)))
    for answer in copy.answers where asksForAll { #expect(answer.isTaken, "nobody asks \(answer.words)") }
    return menu.collect(answers, context)
  }

  private mutating func answer(_ queries: [MenuQuery]) -> MenuAnswers {
    var result = MenuAnswers()
    for query in queries {
      let words = query.words.filter { !$0.hasPrefix("=.proplist=") }.joined(separator: " ")
      if let place = answers.firstIndex(where: { $0.words == words || $0.words.isEmpty }) {
        answers[place].isTaken = true
        result[query] = .reply(Reply(rows: answers[place].rows.map { $0.only(query.properties) }, ret: answers[place].ret))
      } else {
        result[query] = .absent(.noSuchMenu(query))
      }
    }
    return result
  }
}

extension MenuCollector {
  /// What the menu makes of a device that answers every query with `rows`.
  func samples(always rows: [Row], _ context: MenuContext) -> MenuSamples {
    var answers = MenuAnswers()
    for query in queries(context) { answers[query] = .reply(Reply(rows: rows)) }
    for query in followUps(answers, context) { answers[query] = .reply(Reply(rows: rows)) }
    return collect(answers, context)
  }
}

extension Row {
  /// As a device gives it for this `.proplist`: what the menu does not ask for it does not get.
  fileprivate func only(_ properties: [String]) -> Row {
    properties.isEmpty ? self : Row(fields: fields.filter { properties.contains($0.name) })
  }
}

extension Reply {
  init(rows: [Row], ret: String? = nil) {
    self.init(rows: rows, ret: ret, sent: .now, received: .now, bytesSent: 0, bytesReceived: 0)
  }
}

extension RouterOSError {
  static func noSuchMenu(_ query: MenuQuery) -> RouterOSError {
    RouterOSError(
      device: DeviceEndpoint(host: "192.0.2.1", port: 8728), attempted: query.commandWord,
      failure: .trap(DeviceTrap(message: "no such command prefix")))
  }
}
