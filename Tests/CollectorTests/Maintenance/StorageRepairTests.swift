import Foundation
import Glibc
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct StorageRepairTests {
  private let rig: StorageRig

  init() throws { rig = try StorageRig() }

  private func repair() throws -> [String?] {
    let repair = StorageRepair(directory: rig.directory, now: StorageRig.now)
    return try StorageRepair.plan(rig.verify()).map { try repair.perform($0) }
  }

  /// Each kind of damage: sound afterwards, with the original bytes beside.
  @Test(arguments: [
    (StorageRig.ledger, "1795220100,300"), (StorageRig.ledger, "garbage\n"), (StorageRig.events, "{\"t\":"),
    (StorageRig.events, "{}\nhalf"), (StorageRig.journal, "{\"t\":1"), (StorageRig.archive, "x"), ("devices/gw/device.json", "}"),
    ("devices/gw/metrics.prom", "a x\n"),
  ])
  func damageIsMendedAndItsBytesAreKept(_ name: String, _ text: String) throws {
    let sound = try rig.bytes(name)
    try rig.append(name, text)
    let damaged = try rig.bytes(name)
    #expect(try repair() == [rig.path(name) + ".corrupt-\(Int(StorageRig.now))"])
    #expect(try rig.bytes(name + ".corrupt-\(Int(StorageRig.now))") == damaged)
    #expect(try rig.problems() == [:])
    let isMadeOfLines = name.hasSuffix(".csv") || name.hasSuffix(".jsonl")
    if isMadeOfLines { #expect(try rig.bytes(name) == sound) } else { #expect(access(rig.path(name), F_OK) != 0) }
    #expect(try repair() == [])
  }

  @Test func aLedgerWithoutHeaderGetsOneAndKeepsItsMode() throws {
    let sound = try rig.bytes(StorageRig.ledger)
    try Data(sound.dropFirst(LedgerRow.header.utf8.count + 1)).write(to: URL(fileURLWithPath: rig.path(StorageRig.ledger)))
    #expect(chmod(rig.path(StorageRig.ledger), 0o640) == 0)
    #expect(try repair().count == 1)
    #expect(try rig.bytes(StorageRig.ledger) == sound)
    var info = stat()
    #expect(stat(rig.path(StorageRig.ledger), &info) == 0)
    #expect(info.st_mode & 0o777 == 0o640)
  }

  @Test func leftoversGoAndStrangersStay() throws {
    try rig.write("devices/gw/device.json.tmp", "x")
    try rig.write(StorageRig.archive + "Ab12Xy", "x")
    try rig.write("notes.tmp", "mine")
    #expect(try repair() == [nil, nil])
    #expect(try rig.problems() == ["notes.tmp": ["does not belong here"]])
  }

  @Test func aPipeInAFilesPlaceIsPutAside() throws {
    #expect(unlink(rig.path(StorageRig.archive)) == 0)
    #expect(mkfifo(rig.path(StorageRig.archive), 0o600) == 0)
    #expect(try repair() == [rig.path(StorageRig.archive) + ".foreign-\(Int(StorageRig.now))"])
    #expect(try rig.problems() == [:])
  }

  @Test func whatWasPutAsideBeforeIsNotReplaced() throws {
    let aside = StorageRig.ledger + ".corrupt-\(Int(StorageRig.now))"
    try rig.write(aside, "older")
    try rig.append(StorageRig.ledger, "half")
    #expect(try repair() == [rig.path(aside) + "-1"])
    #expect(try rig.bytes(aside) == Array("older".utf8))
    #expect(try rig.problems() == [:])
  }

  @Test func rowsThatContradictEachOtherAreLeftToPeople() throws {
    try rig.append(StorageRig.ledger, "1795220100,300,1,1,p,1795220400,900001,9002\n")
    let before = try rig.snapshot()
    #expect(try repair() == [])
    #expect(try rig.snapshot() == before)
  }

  @Test func theLockIsOneProcessesAndNamesIt() throws {
    let lock = try MaintenanceLock(rig.directory, host: "edge-1", now: StorageRig.now)
    let failure = #expect(throws: CommandFailure.self) {
      try MaintenanceLock(rig.directory, host: "edge-1", now: StorageRig.now)
    }
    #expect(failure?.description.contains("is in use by process \(getpid()) on edge-1: stop it first") == true)
    withExtendedLifetime(lock) {}
  }

  @Test func aLivingCollectorElsewhereKeepsItsFolder() throws {
    let failure = #expect(throws: CommandFailure.self) {
      try MaintenanceLock(rig.directory, host: "edge-2", now: Double(StorageRig.start) + 3)
    }
    #expect(failure?.description.contains("process 1 on edge-1") == true)
  }
}
