import Foundation
import Glibc
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct StorageVerifierTests {
  private let rig: StorageRig

  init() throws { rig = try StorageRig() }

  @Test func aFolderAsACollectorLeavesItIsSound() throws {
    let findings = try rig.verify()
    #expect(findings.allSatisfy { $0.status == .ok }, "\(findings.filter { $0.status != .ok })")
    let kinds = Set(findings.map(\.kind))
    #expect(kinds == [.archive, .ledger, .journal, .device, .events, .heartbeat, .metrics, .tables, .lock])
  }

  @Test func verifyingChangesNothing() throws {
    try rig.append(StorageRig.ledger, "half")
    let before = try rig.snapshot()
    _ = try rig.verify()
    #expect(try rig.snapshot() == before)
  }

  @Test(arguments: [
    (StorageRig.ledger, "1795220100,300", "the last line is not finished"),
    (StorageRig.ledger, "garbage\n", "1 line is unreadable"),
    (StorageRig.ledger, "1795219800,300,1,1,p,1795220000,900001,9001\n", "older than that of the row before"),
    (StorageRig.ledger, "1795220100,300,1,1,p,1795220400,900001,9002\n", "tx_bytes is 1, the readings differ by 2"),
    (StorageRig.ledger, "1796219100,300,1,1,p,1796219400,900001,9001\n", "belongs into 2026-12.csv"),
    (StorageRig.events, "{\"t\":", "the last line is not finished"), (StorageRig.events, "{}\n{}\n", "2 lines are unreadable"),
    (StorageRig.journal, "{\"t\":1", "the last line is not finished"), (StorageRig.journal, "[]\n", "1 line is unreadable"),
    ("devices/gw/device.json", "}", "not valid JSON"), ("heartbeat.json", "x", "not valid JSON"),
    ("devices/gw/metrics.prom", "a 1", "the last line is not finished"),
    ("devices/gw/metrics.prom", "a x\n", "line 6 is no sample"),
    ("devices/gw/tables.json", "]", "not valid JSON"), (StorageRig.archive, "x", "the header describes"),
  ])
  func whatIsAddedShows(_ name: String, _ text: String, _ problem: String) throws {
    try rig.append(name, text)
    let found = try rig.problems()
    #expect(Array(found.keys) == [name])
    #expect(found[name]?.contains { $0.contains(problem) } == true, "\(found)")
  }

  @Test(arguments: [
    "a.rrd", "live/x", "devices/gw/interfaces/notes.txt", "devices/gw/usage/ether1/2026-13.csv", "devices/x y", "spare",
  ])
  func strangersShow(_ name: String) throws {
    try rig.write(name, "")
    #expect(try rig.problems() == [name: ["does not belong here"]])
  }

  @Test(arguments: [
    "heartbeat.json.tmp", "devices/gw/device.json.tmp", StorageRig.archive + "Ab12Xy", StorageRig.archive + ".migrate.tmp",
    StorageRig.archive + ".migrate.tmpAb12Xy", StorageRig.ledger + ".repair.tmp", StorageRig.events + ".repair.tmp.tmp",
    StorageRig.journal + ".repair.tmp",
  ])
  func leftoversShowOnceNobodyWorksOnThem(_ name: String) throws {
    try rig.write(name, "x")
    #expect(try rig.problems() == [name: ["left behind by a writer that was interrupted"]])
    // With a fresh heartbeat they may be in the making.
    let now = Double(time(nil))
    try Heartbeat(
      collector: "edge", host: "edge-1", pid: 1, version: "0", started: now, written: now, sequence: 1, interval: 1, devices: [:]
    ).write(rig.directory.heartbeat)
    #expect(try rig.problems(now: now) == [:])
  }

  @Test func whatWasPutAsideIsNoProblem() throws {
    for name in [
      StorageRig.archive + ".corrupt-1795219200", StorageRig.ledger + ".foreign-1795219200", StorageRig.journal + ".corrupt-17-1",
    ] {
      try rig.write(name, "anything")
    }
    #expect(try rig.problems() == [:])
    #expect(try rig.verify().count { $0.status == .aside } == 3)
  }

  @Test func linksAndPipesAreNamedAndNotOpened() throws {
    let secret = try rig.folder.write("secret", "not for us".utf8)
    for name in [StorageRig.archive, StorageRig.ledger, "devices/gw/device.json"] {
      #expect(unlink(rig.path(name)) == 0)
      #expect(symlink(secret, rig.path(name)) == 0)
    }
    for name in [StorageRig.events, StorageRig.journal, "devices/gw/metrics.prom", "heartbeat.json"] {
      #expect(unlink(rig.path(name)) == 0)
      #expect(mkfifo(rig.path(name), 0o600) == 0)
    }
    let found = try rig.problems()
    #expect(found.count == 7)
    #expect(found[StorageRig.archive] == ["a symbolic link, which is not followed"])
    #expect(found[StorageRig.journal] == ["neither a file nor a folder"])
  }

  @Test func aLinkedFolderIsNotEntered() throws {
    let elsewhere = rig.folder.file("elsewhere")
    #expect(rename(rig.directory.live, elsewhere) == 0)
    #expect(symlink(elsewhere, rig.directory.live) == 0)
    #expect(try rig.problems() == ["live": ["not a folder; links are not followed"]])
  }

  @Test func anotherRetentionShowsWithWhatToDo() throws {
    #expect(unlink(rig.path(StorageRig.archive)) == 0)
    try ArchiveWriter().create(at: rig.path(StorageRig.archive), retention: .compact, start: StorageRig.start)
    let problem = try #require(try rig.verify().first { $0.status == .problem }?.problems.first)
    #expect(problem.text == "it keeps 1s:12h, 1m:14d, 15m:183d, 2h:10y and not what is configured, small (1s:10m, 10s:1h)")
    #expect(problem.advice.contains("storage migrate"))
    #expect(problem.remedy == nil)
  }

  /// After a step back to an older version its files are whole, and `repair` must leave them.
  @Test(arguments: ["devices/gw/device.json", "heartbeat.json", "devices/gw/tables.json"]) func aLaterFormatIsNoDamage(
    _ name: String
  ) throws {
    try rig.write(name, "{\"format\": 2, \"more\": []}\n")
    let finding = try #require(try rig.verify().first { $0.status == .problem })
    #expect(finding.path == name)
    #expect(finding.problems == [.init("format 2 is not known to this version", "use the version that wrote it")])
  }

  @Test func anArchiveFromTheFutureShows() throws {
    #expect(
      try rig.problems(now: Double(StorageRig.start) - 10_000)[StorageRig.archive]?.first?.contains("in the future") == true)
  }

  @Test func rowsAreCheckedAcrossMonths() throws {
    let december = "devices/gw/usage/ether1/2026-12.csv"
    try rig.write(december, LedgerRow.header + "\n1796083200,300,5,5,p,1796083300,900006,9005\n")
    let found = try rig.problems()
    #expect(found[december]?.first?.contains("rx_bytes is 5, the readings differ by 6") == true, "\(found)")
  }

  @Test func aFolderThatIsNotThereIsAnError() throws {
    try FileManager.default.removeItem(atPath: rig.directory.path)
    #expect(throws: FileError.self) { try rig.verify() }
  }
}
