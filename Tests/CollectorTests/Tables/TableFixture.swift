import Foundation
import Shared
import Testing

@testable import Collector

/// A device's answers by menu, of `Fixtures/Tables/<version>.txt`: `> path` begins the rows of a menu (`…/monitor` those of its monitor), a
/// line `=field=value` is a field, empty lines separate rows. The first line tells the origin.
struct TableFixture {
  static let folder = MenuFixtures.folder + "/Tables"
  static let subjects: [PrintSubject] = [
    .wifi, .capsman, .dhcp, .connections, .kidControl, .addressLists(["blocked", "admins"]), .netwatch, .neighbors, .interfaces,
    .sfp,
  ]

  private var rows: [String: [Row]] = [:]
  var context: MenuContext

  init(_ name: String) throws {
    let text = try String(contentsOfFile: Self.folder + "/\(name).txt", encoding: .utf8)
    try #require(text.hasPrefix("# synthetic") || text.hasPrefix("# captured"))
    context = MenuContext(device: "gw", address: "192.0.2.1")
    context.settings.switches = .all
    var path = ""
    var row = Row()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst() + [""] {
      if line.hasPrefix("=") {
        let parts = line.dropFirst().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        row.fields.append(Row.Field(name: String(parts[0]), value: String(parts[1])))
        continue
      }
      if !row.fields.isEmpty { rows[path, default: []].append(row) }
      row = Row()
      if line.hasPrefix("> ") {
        path = String(line.dropFirst(2))
        rows[path] = []
      } else {
        try #require(line.isEmpty, "\(name): \(line)")
      }
    }
  }

  /// What the device answers about `subject`.
  func readout(_ subject: PrintSubject) -> PrintReadout {
    var context = context
    let facts = answers(subject.facts(context))
    subject.learn(facts, &context)
    return PrintReadout(context: context, facts: facts, answers: answers(subject.queries(facts, context)))
  }

  private func answers(_ queries: [MenuQuery]) -> MenuAnswers {
    var answers = MenuAnswers()
    for query in queries {
      let path = query.command == "print" ? query.path : query.commandWord
      guard let rows = rows[path] else {
        answers[query] = .absent(.noSuchMenu(query))
        continue
      }
      let wanted = rows.filter { row in
        query.queries.allSatisfy { condition in
          let parts = condition.split(separator: "=", maxSplits: 1)
          return row[String(parts[0])] == String(parts[1])
        }
      }
      answers[query] = .reply(Reply(rows: wanted))
    }
    return answers
  }
}
