import Foundation
import Logging
import Shared
import TestSupport
import Testing

@testable import Collector

/// What a start without the root makes of what the root says later.
@Suite struct LocalStartTests {
  private static let start = 1_795_219_200.0

  private static func interface(_ name: String, from: Double, names: [(String, Double)]) -> DeviceFile.Interface {
    var interface = DeviceFile.Interface(name: name)
    interface.firstSeen = from
    interface.names = names.map { DeviceFile.Interface.Naming(name: $0.0, from: $0.1) }
    return interface
  }

  @Test func whatTheRootKnewOfInterfacesStays() {
    var root = DeviceFile(device: "gw", address: "192.0.2.1")
    root.interfaces["gone"] = Self.interface("gone", from: 10, names: [("gone", 10)])
    root.interfaces["ether1"] = Self.interface("wan", from: 10, names: [("ether1", 10), ("wan", 20)])
    root.interfaces["ether2"] = Self.interface("lan", from: 10, names: [("lan", 10)])
    var now = DeviceFile(device: "gw", address: "192.0.2.2")
    now.interfaces["ether1"] = Self.interface("wan", from: 100, names: [("wan", 100)])
    now.interfaces["ether2"] = Self.interface("guests", from: 100, names: [("guests", 100)])
    now.interfaces["ether3"] = Self.interface("new", from: 100, names: [("new", 100)])
    let kept = now.keeping(root)
    #expect(kept.address == "192.0.2.2")
    #expect(Set(kept.interfaces.keys) == ["gone", "ether1", "ether2", "ether3"])
    #expect(kept.interfaces["ether1"]?.names.map(\.name) == ["ether1", "wan"])
    #expect(kept.interfaces["ether2"]?.names.map(\.name) == ["lan", "guests"])
    #expect(kept.interfaces["ether2"]?.firstSeen == 10)
    #expect(kept.keeping(root) == kept)
  }

  @Test func aCopyOnThisHostIsReadBackAndNotRewritten() throws {
    let folder = try TemporaryDirectory()
    let memory = DeviceMemory(spool: folder.file("spool/edge"))
    #expect(memory.read("gw/1") == nil)
    var file = DeviceFile(device: "gw/1", address: "192.0.2.1")
    file.interfaces["ether1"] = Self.interface("ether1", from: 1, names: [("ether1", 1)])
    try memory.keep(file)
    #expect(memory.read("gw/1") == file)
    let path = folder.file("spool/edge.devices/") + FolderName.escape("gw/1") + ".json"
    let before = try #require(try BoundedFile.identity(path))
    try memory.keep(file)
    #expect(try BoundedFile.identity(path) == before)
  }

  /// A ledger ends at 1,000 bytes; ten minutes later a start without the root reads 5,000, and 5,100 a second after.
  private static func rows(booted: Double?, counter: UInt64 = 5000) throws -> [LedgerRow] {
    let folder = try TemporaryDirectory()
    let directory = DataDirectory(root: folder.path).collector("edge")
    try AtomicFile.createFolder(directory.path)
    try folder.write("edge/.lock", [])
    let ledger = LedgerFile(directory: directory.device("gw"), key: "e1")
    let last = LedgerRow(
      start: Int(start), secondsCovered: 100, rxBytes: 1000, txBytes: 1000, flags: .partial, at: start + 100, rxCounter: 1000,
      txCounter: 1000)
    #expect(ledger.append([last]).failure == nil)
    var archivist = Archivist(
      .init(directory: directory, retentions: [:], flushInterval: 1, sampleInterval: 1), time: TimeSource(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    archivist.localStart = Archivist.LocalStart(began: start + 699, booted: booted.map { ["gw": $0] } ?? [:])
    for second in 0..<2 {
      let bytes: UInt64? = second == 0 ? nil : 100
      let value = LiveLine.Interface(
        rxRate: bytes.map { $0 * 8 }, txRate: bytes.map { $0 * 8 }, rxBytes: bytes, txBytes: bytes,
        rxCounter: counter + UInt64(100 * second), txCounter: counter + UInt64(100 * second))
      archivist.add(
        LiveLine.Device(time: start + 700 + Double(second), interfaces: ["e1": value]), of: "gw", now: start + 702)
    }
    archivist.finish(now: start + 703, deadline: archivist.time.steady + 1)
    return Array(try ledger.months().flatMap { try ledger.rows(month: $0).rows }.dropFirst())
  }

  @Test func countersOfADeviceThatRanOnCloseTheGap() throws {
    let rows = try Self.rows(booted: Self.start - 1000)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == 4100)
    #expect(rows.allSatisfy { !$0.flags.contains(.reset) })
    #expect(rows.contains { $0.flags.contains(.gap) })
  }

  @Test(arguments: [Self.start + 300, nil])
  func countersOfADeviceThatMayHaveBegunAgainAreALowerBound(_ booted: Double?) throws {
    let rows = try Self.rows(booted: booted)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == 4100)
    #expect(rows.contains { $0.flags.contains(.reset) })
  }

  @Test func lowerCountersAreNeverTakenForAnIncrease() throws {
    let rows = try Self.rows(booted: Self.start - 1000, counter: 300)
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == 400)
    #expect(rows.contains { $0.flags.contains(.reset) })
  }
}
