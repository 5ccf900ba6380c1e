import Foundation
import Shared
import TestSupport
import Testing

@testable import FakeDevice

@Suite struct HistoryTests {
  private static let until = 1_795_221_037
  private static let retention = try? Retention(name: "test", parsing: "1s:2h, 10s:6h, 1m:2d")

  private static func write(_ device: DeviceData, days: Int = 1, root: String) throws -> (HistoryWriter, DeviceDirectory) {
    let retention = try #require(retention)
    let plan = HistoryPlan(start: until - days * 86400, until: until, retention: retention, longest: 900)
    let directory = DataDirectory(root: root).collector("demo")
    let writer = HistoryWriter(directory: directory, retention: retention, plan: plan)
    try writer.write(device)
    return (writer, directory.device(device.name))
  }

  /// The gateway with two of its interfaces, which is enough and quicker.
  private static var device: DeviceData {
    var data = DeviceData.gateway
    data.interfaces = [data.interfaces[0], data.interfaces[4]]
    return data
  }

  @Test func ledgerIsTheTruthToTheByteAndEndsWhereTheDeviceIs() throws {
    let folder = try TemporaryDirectory()
    let (writer, directory) = try Self.write(Self.device, root: folder.path)
    for (key, index) in [("ether1", 0), ("ether5", 1)] {
      let counters = Self.device.interfaces[index].counters(boots: [DeviceData.defaultBoot])
      let file = LedgerFile(directory: directory, key: key)
      let rows = try file.months().flatMap { try file.rows(month: $0).rows }
      let start = Double(writer.plan.start)
      #expect(rows.reduce(0) { $0 + $1.rxBytes } == counters.rx.bytes(from: start, to: Double(Self.until)))
      #expect(rows.reduce(0) { $0 + $1.txBytes } == counters.tx.bytes(from: start, to: Double(Self.until)))
      #expect(rows.reduce(0) { $0 + $1.secondsCovered } == Double(Self.until) - start)
      // An hour in the middle, by its rows alone.
      let from = writer.plan.start + 7200
      let hour = rows.filter { (from..<from + 3600).contains($0.start) }
      #expect(hour.count == 12 && hour.allSatisfy { $0.flags.isEmpty })
      #expect(hour.reduce(0) { $0 + $1.rxBytes } == counters.rx.bytes(from: Double(from), to: Double(from + 3600)))
      let last = try #require(try file.lastRow())
      #expect(last.at == Double(Self.until) && last.flags == .partial)
      #expect(last.rxCounter == counters.rxBytes(at: last.at) && last.txCounter == counters.txBytes(at: last.at))
    }
  }

  @Test func archiveIsTheTruthInAllItsResolutions() throws {
    let folder = try TemporaryDirectory()
    let (writer, directory) = try Self.write(Self.device, root: folder.path)
    let counters = Self.device.interfaces[0].counters(boots: [DeviceData.defaultBoot])
    let path = directory.archive("ether1")
    #expect(try ArchiveReader().header(at: path).lastUpdate == Self.until)
    #expect(try ArchiveReader().header(at: path).archives.count == 7)
    let windows = [(1, Self.until - 3600, Self.until - 60), (10, Self.until - 17990, Self.until - 60)]
    for (step, from, to) in windows + [(60, writer.plan.start + 3600, Self.until - 3600)] {
      let average = try ArchiveReader().rows(at: path, consolidation: .average, step: step, from: from, to: to)
      #expect(average.step == step)
      for (index, value) in average.rx.dropLast().enumerated() {
        let start = Double(average.start + index * step)
        let truth = counters.rx.averageRate(from: start, to: start + Double(step))
        #expect(abs(value - truth) <= truth * 1e-9, "step \(step) at \(start)")
      }
    }
    // In the 10 s part, peaks and lows are those of the seconds.
    let from = Self.until - 17990
    let peaks = try ArchiveReader().rows(at: path, consolidation: .maximum, step: 10, from: from, to: from + 3600)
    let lows = try ArchiveReader().rows(at: path, consolidation: .minimum, step: 10, from: from, to: from + 3600)
    for index in 0..<300 {
      let start = peaks.start + index * 10
      let seconds = (start..<start + 10).map { Double(counters.rx.total(second: $0 + 1) - counters.rx.total(second: $0)) * 8 }
      #expect(peaks.rx[index] == seconds.max() && lows.rx[index] == seconds.min())
    }
  }

  @Test func rebootIsAGapAnEventAndALowerBound() throws {
    let folder = try TemporaryDirectory()
    var data = Self.device
    data.reboots = [TimeSpan(from: Double(Self.until - 4000), seconds: 45)]
    let (_, directory) = try Self.write(data, root: folder.path)
    let rows = try ArchiveReader().rows(
      at: directory.archive("ether1"), consolidation: .average, step: 1, from: Self.until - 4010, to: Self.until - 3940)
    let unknown = rows.rx.indices.filter { rows.rx[$0].isNaN }.map { rows.start + $0 + 1 - Self.until }
    #expect(unknown == Array(-3999 ... -3955))
    let events = try EventFile.read(directory, from: 0, to: 1e10).events
    #expect(events.contains { $0.kind == .reboot && $0.t == Double(Self.until - 3955) })
    let file = LedgerFile(directory: directory, key: "ether1")
    let flagged = try file.months().flatMap { try file.rows(month: $0).rows }.filter { $0.flags.contains(.reset) }
    #expect(flagged.count == 1)
    let counters = data.interfaces[0].counters(boots: data.boots(started: 0))
    #expect(try file.lastRow()?.rxCounter == counters.rxBytes(at: Double(Self.until)))
    #expect(counters.rxBytes(at: Double(Self.until)) < 1_000_000_000_000)
  }

  @Test func identityIsWhatACollectorFinds() throws {
    let folder = try TemporaryDirectory()
    let (writer, directory) = try Self.write(Self.device, root: folder.path)
    let file = try DeviceFile.read(directory.deviceFile)
    #expect(file.identity == "gw-riga" && file.model == "RB5009UG+S+" && file.version == "7.16.2 (stable)")
    let uplink = try #require(file.interfaces["ether1"])
    #expect(uplink.role == "wan" && uplink.mac == "48:A9:8A:10:4C:01" && uplink.id == "*1" && uplink.comment == "Uplink")
    #expect(uplink.speed == 2.5e9 && uplink.retention == "test" && uplink.firstSeen == Double(writer.plan.start))
    let camera = try #require(file.interfaces["ether5"])
    #expect(camera.name == "ether5 (camera)" && camera.names.map(\.name) == ["ether5", "ether5 (camera)"] && camera.role == nil)
    #expect(try EventFile.read(directory, from: 0, to: 1e10).events.contains { $0.kind == .rename && $0.interface == "ether5" })
  }

  @Test func version6TellsItsUplinkInItsOwnWay() throws {
    let identity = HistoryIdentity(.branch, start: 1_790_000_000, until: Self.until, retention: "standard")
    #expect(identity.file.interfaces.filter { $0.value.role == "wan" }.map(\.key) == ["ether1"])
  }

  @Test func existingDeviceIsNeverTouched() throws {
    let folder = try TemporaryDirectory()
    let (writer, directory) = try Self.write(Self.device, root: folder.path)
    let before = try Data(contentsOf: URL(fileURLWithPath: directory.archive("ether1")))
    #expect(throws: Failure.self) { try writer.write(Self.device) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory.archive("ether1"))) == before)
  }

  @Test func collectorThatRunsKeepsItsFolder() throws {
    let folder = try TemporaryDirectory()
    let directory = DataDirectory(root: folder.path).collector("demo")
    let lock = try FolderLock(directory)
    let error = #expect(throws: Failure.self) { try FolderLock(directory) }
    #expect(error?.description.contains("held by a running collector") == true)
    withExtendedLifetime(lock) {}
  }

  @Test func keysAreChosenInTheOrderOfTheIdentifiers() {
    func interface(_ id: String, _ name: String, _ original: String? = nil) -> InterfaceData {
      var row: RowData = [".id": id, "name": name]
      row["default-name"] = original
      return InterfaceData(row: row)
    }
    let keys = HistoryIdentity.keys([
      interface("*10", "ether1"), interface("*A", "wan", "ether1"), interface("*9", "a b"), interface("*11", "x", "ether1"),
    ])
    #expect(keys.map(\.key) == ["a_20b", "ether1", "ether1.2", "ether1.3"])
    #expect(keys.map(\.data.name) == ["a b", "wan", "ether1", "x"])
  }

  @Test(
    arguments: ["1s:1d", "1s:1h, 10s:1d, 1m:30d", "1s:12h, 1m:14d, 15m:183d, 2h:10y", "1s:1h, 7s:1d, 70s:2d, 1400s:9d"],
    [1, 3, 400])
  func planHasNoHoles(_ text: String, _ days: Int) throws {
    let retention = try Retention(name: "x", parsing: text)
    let plan = HistoryPlan(start: Self.until - days * 86400, until: Self.until, retention: retention, longest: 900)
    #expect(plan.stretches.first?.from == plan.start && plan.stretches.last?.to == Self.until)
    #expect(zip(plan.stretches, plan.stretches.dropFirst()).allSatisfy { $0.to == $1.from })
    #expect(plan.stretches.allSatisfy { ($0.to - $0.from) % $0.step == 0 && $0.to > $0.from && $0.step <= 900 })
    // The part that keeps seconds is written by seconds.
    #expect(plan.stretches.filter { $0.to > Self.until - retention.archives[0].keep }.allSatisfy { $0.step == 1 })
  }
}
