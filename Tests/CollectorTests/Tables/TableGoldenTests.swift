import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

/// Rows in, every table out: as text of no, a common and a narrow width, as CSV and as JSON. `TIKWATCH_UPDATE_GOLDEN=1` writes them anew.
@Suite struct TableGoldenTests {
  static let versions = ["6.49.18", "7.16.2-dual", "7.19.4-hostile"]

  @Test(arguments: versions) func rowsBecomeTheseTables(version: String) throws {
    let fixture = try TableFixture(version)
    var text = ""
    for subject in TableFixture.subjects {
      let readout = fixture.readout(subject)
      for width in [nil, 80, 40] as [Int?] {
        let output = PrintOutput(
          subject: subject, terminal: TerminalDisplay(width: width, height: nil, isColoured: false))
        text += "--- \(subject) \(width.map { "\($0) columns" } ?? "")\n" + (try output.text(readout)) + "\n"
      }
      text += "--- \(subject) CSV\n" + (try PrintOutput(subject: subject, format: .csv).text(readout)) + "\n"
      text += "--- \(subject) JSON\n" + (try PrintOutput(subject: subject, format: .json).text(readout, isCompact: true)) + "\n"
    }
    let path = TableFixture.folder + "/\(version).table"
    if ProcessInfo.processInfo.environment["TIKWATCH_UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    #expect(text == (try String(contentsOfFile: path, encoding: .utf8)))
  }

  /// Whatever the device says: no line is wider than the terminal, and none holds what drives one.
  @Test(arguments: versions, [20, 37, 60, 80, 120, 200]) func everyLineFits(version: String, width: Int) throws {
    let fixture = try TableFixture(version)
    for subject in TableFixture.subjects {
      let output = PrintOutput(
        subject: subject, terminal: TerminalDisplay(width: width, height: nil, isColoured: false))
      for line in try output.text(fixture.readout(subject)).split(separator: "\n") {
        #expect(DisplayWidth.of(String(line)) <= max(width, 24), "\(subject): \(line)")
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
      }
    }
  }

  @Test(arguments: [PrintOutput.Format.csv, .json]) func exportsHoldNothingThatDrivesATerminal(format: PrintOutput.Format) throws
  {
    let fixture = try TableFixture("7.19.4-hostile")
    for subject in TableFixture.subjects {
      let text = try PrintOutput(subject: subject, format: format).text(fixture.readout(subject))
      let bad = text.unicodeScalars.filter {
        switch $0.properties.generalCategory {
        case .control: $0 != "\n" && $0 != "\r"
        case .format: $0 != "\u{200D}"
        default: false
        }
      }
      #expect(bad.isEmpty, "\(subject): \(bad.map { String($0.value, radix: 16) })")
    }
  }

  @Test func numbersAreNeverCut() throws {
    let fixture = try TableFixture("7.16.2-dual")
    for subject in TableFixture.subjects {
      let readout = fixture.readout(subject)
      let numbers = subject.listings(readout.facts, readout.answers, readout.context).flatMap(\.entries).flatMap { entry in
        zip(entry.columns, entry.cells).filter { TableText.isNumeric($0.0.type) }.map { TableText.text($0.1, $0.0.type) }.filter {
          !$0.isEmpty
        }
      }
      for width in [40, 60, 80, 100] {
        let output = PrintOutput(
          subject: subject, terminal: TerminalDisplay(width: width, height: nil, isColoured: false))
        let text = try output.text(readout)
        for number in numbers { #expect(text.contains(number), "\(subject) \(width): \(number)") }
      }
    }
  }
}

@Suite struct DeviceTablesTests {
  private func tables(_ version: String, _ menus: [any MenuCollector], _ change: (inout MenuContext) -> Void = { _ in }) throws
    -> DeviceTables
  {
    var tables = DeviceTables()
    var context = try TableFixture(version).context
    context.known.packages = ["wireless"]
    change(&context)
    for menu in menus {
      var answers = MenuAnswers()
      for query in menu.queries(context) {
        answers[query] = .reply(Reply(rows: [["name": "x", "host": "10.0.0.1", "status": "up"]]))
      }
      tables.take(menu.path, answers, context, now: 100)
    }
    return tables
  }

  @Test func aMenuBecomesItsTable() throws {
    let tables = try tables("7.16.2-dual", [Netwatch(), KidControl(), SystemHealth()])
    #expect(Set(tables.tables.keys) == ["netwatch", "kid-control"])
    #expect(tables.tables["netwatch"]?.rows.first?.first == .text("x"))
    #expect(tables.tables["netwatch"]?.t == 100)
  }

  @Test func clientsOfRadiosAndOfTheCapsmanAreToldApart() throws {
    let tables = try tables("7.16.2-dual", [WLAN(), CAPsMAN()])
    #expect(tables.tables["wifi"]?.rows.count == 1)
    #expect(tables.tables["capsman"]?.rows.count == 2)
    let without = try self.tables("7.16.2-dual", [WLAN(), CAPsMAN()]) {
      $0.settings.switches[.wirelessClients] = false
      $0.settings.switches[.capsmanClients] = false
    }
    #expect(without.tables.isEmpty)
  }

  @Test func everyTableHasAMenu() {
    let paths = Set(MenuRegistry.all.map(\.path))
    for path in DeviceTables.names.keys { #expect(paths.contains(path), "\(path)") }
  }

  @Test func whatIsWrittenIsBounded() throws {
    var tables = DeviceTables()
    let query = Netwatch().query
    var answers = MenuAnswers()
    let long = String(repeating: "é", count: 5000)
    answers[query] = .reply(Reply(rows: (0..<2500).map { ["name": "n\($0)", "host": "10.0.0.1", "comment": long] }))
    tables.take("/tool/netwatch", answers, MenuFixture.context, now: 1)
    let table = try #require(tables.tables["netwatch"])
    #expect(table.rows.count == DeviceTables.rowLimit)
    #expect(table.omitted == 500)
    #expect(table.rows[0][2] == .text(String(repeating: "é", count: DeviceTables.textLimit) + "…"))
  }

  @Test func aFileIsDueWhenContentChangedAndNotTooOften() throws {
    var tables = try tables("7.16.2-dual", [Netwatch()])
    #expect(tables.file("gw", now: 100, steady: 0, interval: 15)?.tables.count == 1)
    #expect(tables.file("gw", now: 115, steady: 15, interval: 15) == nil, "nothing has changed")
    let query = Netwatch().query
    var answers = MenuAnswers()
    answers[query] = .reply(Reply(rows: [["name": "y", "host": "10.0.0.2", "status": "down"]]))
    tables.take("/tool/netwatch", answers, MenuFixture.context, now: 116)
    #expect(tables.file("gw", now: 120, steady: 10, interval: 15) == nil, "too soon")
    #expect(tables.file("gw", now: 120, steady: 20, interval: 15)?.written == 120)
    tables.take("/tool/netwatch", answers, MenuFixture.context, now: 130)
    #expect(tables.file("gw", now: 140, steady: 40, interval: 15) == nil)
    #expect(tables.file("gw", now: 190, steady: 90, interval: 15)?.tables["netwatch"]?.t == 130, "times grow old")
    tables.forget("/tool/netwatch")
    #expect(tables.file("gw", now: 210, steady: 110, interval: 15)?.tables.isEmpty == true)
  }

  @Test func aFailureKeepsWhatWasThere() throws {
    var tables = try tables("7.16.2-dual", [Netwatch()])
    let before = tables.tables
    let query = Netwatch().query
    var answers = MenuAnswers()
    answers[query] = .failed(.noSuchMenu(query))
    tables.take("/tool/netwatch", answers, MenuFixture.context, now: 500)
    #expect(tables.tables == before)
  }
}
