import Foundation
import Logging
import Shared
import TestSupport
import Testing

@testable import Collector

/// The journal makes good what a killed process did not write: each second and each byte once.
@Suite struct ReplayTests {
  private let device: DeviceConfig = {
    var device = DeviceConfig(
      name: "gw", endpoint: DeviceEndpoint(host: "127.0.0.1"), credentials: Credentials(username: "u", password: Secret("")),
      billing: .init(day: 1, timeZone: "UTC"))
    device.retention = .compact
    return device
  }()

  private func directory(_ folder: TemporaryDirectory) throws -> CollectorDirectory {
    try folder.write("edge/.lock", [])
    return DataDirectory(root: folder.path).collector("edge")
  }

  private func archivist(_ directory: CollectorDirectory) -> Archivist {
    Archivist(
      .init(directory: directory, retentions: ["gw": .compact], flushInterval: 3, sampleInterval: 1), time: TimeSource(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func journal(_ directory: CollectorDirectory) -> JournalWriter {
    JournalWriter(directory, isNetwork: false, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test(arguments: 0..<30) func killedAnywhereTheLedgerIsTheTruthAndTheArchiveWhole(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    var clock = 1_795_219_200.0 + Double(Int.random(in: 0..<600, using: &random))
    var counter: (rx: UInt64, tx: UInt64) = (UInt64.random(in: 0...1 << 40, using: &random), 0)
    var first = counter
    var hasStarted = false
    var reference = SecondResampler()
    var expected: [Int: Double] = [:]
    var steady = 0.0
    for _ in 0..<Int.random(in: 2...6, using: &random) {
      var archivist = archivist(directory)
      let journal = journal(directory)
      let past = try #require(archivist.restore([device], now: clock)["gw"])
      #expect(past.last["e"]?.rx == (hasStarted ? counter.rx : nil))
      var derivation = SampleDerivation(interval: 1, last: past.last)
      if hasStarted { counter.rx += 1_000_000 }  // while nobody looked
      var queue: [Recorder.Batch] = []
      let samples = Int.random(in: 1...400, using: &random)
      let stop = Bool.random(using: &random)
      for _ in 0..<samples {
        let pause = Double(Int.random(in: 900...1100, using: &random)) / 1000
        clock = SampleClock.rounded(clock + pause)
        steady += pause
        counter.rx += UInt64.random(in: 0...10_000_000, using: &random)
        counter.tx += UInt64.random(in: 0...1000, using: &random)
        let row: Row = [".id": "*1", "rx-byte": String(counter.rx), "tx-byte": String(counter.tx)]
        let sample = derivation.derive([row], keys: ["*1": "e"], speeds: [:], time: clock, steady: steady).sample
        if !hasStarted { first = counter }  // what was carried before the first reading is nobody's to know
        hasStarted = true
        let value = try #require(sample.interfaces["e"])
        reference.add(time: clock, rx: value.rxRate.map { Double($0) }, tx: value.txRate.map { Double($0) }) { second, rx, _ in
          expected[second] = rx
        }
        var batch = Recorder.Batch()
        batch.samples = [.init(device: "gw", sample: sample)]
        try journal.append(JournalLines.pack(batch.samples, now: clock), now: clock)
        // The other thread is behind by any number of samples, and has written any number of what it took when it is killed.
        queue.append(batch)
        guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
        for batch in queue { archivist.take(batch, now: clock) }
        queue = []
        if Bool.random(using: &random) { archivist.tick(now: clock) }
      }
      if stop {
        for batch in queue { archivist.take(batch, now: clock) }
        archivist.finish(now: clock, deadline: .infinity)
      }
      let gap = Double(Int.random(in: 0...900, using: &random))
      clock += gap
      steady += gap
    }
    var last = archivist(directory)
    _ = last.restore([device], now: clock)
    last.finish(now: clock, deadline: .infinity)
    try expectTruth(directory, rx: counter.rx - first.rx, tx: counter.tx - first.tx, seconds: expected)
  }

  private func expectTruth(_ directory: CollectorDirectory, rx: UInt64, tx: UInt64, seconds: [Int: Double]) throws {
    let ledger = LedgerFile(directory: directory.device("gw"), key: "e")
    let rows = try ledger.months().flatMap { try ledger.rows(month: $0).rows }
    #expect(rows.reduce(0) { $0 + $1.rxBytes } == rx)
    #expect(rows.reduce(0) { $0 + $1.txBytes } == tx)
    guard let from = seconds.keys.min(), let to = seconds.keys.max() else { return }
    let stored = try ArchiveReader(guardSeconds: 0).rows(
      at: directory.device("gw").archive("e"), consolidation: .average, step: 1, from: from - 1, to: to)
    for second in from...to {
      let value = stored.rx[second - 1 - stored.start]
      if let rate = seconds[second] {
        #expect((value - rate).magnitude <= rate * 1e-12 + 1e-6, "second \(second)")
      } else {
        #expect(value.isNaN, "second \(second) is known, \(value), and should not be")
      }
    }
  }

  @Test func whatIsNoJournalIsSkipped() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let line = LiveLine(time: 5, devices: ["gw": .init(time: 4, interfaces: [:])])
    try folder.write(
      "edge/live/202611210001.jsonl", line.encoded() + Array("garbage\n{\"t\":1}\n\n".utf8) + line.encoded().dropLast())
    try folder.write("edge/live/202611210002.jsonl", [0xFF, 0x00, 0x0A, 0x7B])
    try folder.write("edge/live/notes.txt", Array("hello".utf8))
    try folder.write("edge/live/20261121000x.jsonl", line.encoded())
    try FileManager.default.createDirectory(atPath: directory.live + "/202611210003.jsonl", withIntermediateDirectories: false)
    #expect(mkfifo(directory.live + "/202611210004.jsonl", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: directory.live + "/202611210005.jsonl", withDestinationPath: directory.live + "/202611210001.jsonl")
    var lines = 0
    var files = 0
    JournalReplay(directory: directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).run {
      #expect($0 == line)
      lines += 1
    } endOfFile: {
      files += 1
    }
    #expect(lines == 1)
    #expect(files == 5)
  }

  @Test func theJournalKeepsTwentyMinutesAndWhatIsNotWritten() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let journal = journal(directory)
    let start = 1_795_219_200.0
    for minute in 0..<60 {
      let time = start + Double(minute * 60)
      try journal.append([LiveLine(time: time, devices: ["gw": .init(time: time, interfaces: [:])])], now: time)
    }
    let now = start + 3600
    journal.prune(now: now, floor: start + 600)
    #expect(try BoundedFile.list(directory.live).first == UTCTime.minute(Int(start) + 480) + ".jsonl")
    journal.prune(now: now, floor: nil)
    let kept = try BoundedFile.list(directory.live)
    #expect(kept.first == UTCTime.minute(Int(now) - 21 * 60) + ".jsonl")
    #expect(kept.last == UTCTime.minute(Int(now) - 60) + ".jsonl")
  }

  @Test func anUnmountedRootIsNotFilledAndGoesOnWhenItIsBack() throws {
    let folder = try TemporaryDirectory()
    let directory = try directory(folder)
    let journal = journal(directory)
    var archivist = archivist(directory)
    try FileManager.default.moveItem(atPath: directory.path, toPath: folder.file("elsewhere"))
    var batch = Recorder.Batch()
    for second in 0..<5 {
      let value = LiveLine.Interface(rxRate: 8, txRate: 8, rxBytes: 1, txBytes: 1, rxCounter: 5, txCounter: 5)
      let sample = LiveLine.Device(time: 1_795_219_200 + Double(second), interfaces: ["e": value])
      batch.samples.append(.init(device: "gw", sample: sample))
    }
    let lines = JournalLines.pack(batch.samples, now: 1_795_219_205)
    let problem = #expect(throws: FileError.self) { try journal.append(lines, now: 1_795_219_205) }
    archivist.take(batch, now: 1_795_219_205)
    for _ in 0..<5 { archivist.tick(now: 1_795_219_205) }
    #expect(problem?.description.contains("is the root still mounted?") == true)
    #expect(!archivist.problems.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: directory.path))

    try FileManager.default.moveItem(atPath: folder.file("elsewhere"), toPath: directory.path)
    try journal.append(lines, now: 1_795_219_206)
    archivist.finish(now: 1_795_219_206, deadline: .infinity)
    #expect(archivist.problems.isEmpty)
    #expect(try BoundedFile.list(directory.live).count == 1)
    #expect(try ArchiveReader().header(at: directory.device("gw").archive("e")).lastUpdate == 1_795_219_204)
  }

  @Test func aDeviceSampledTwiceSinceTheLastLineGetsASecondOne() {
    func sample(_ device: String, _ time: Double) -> Recorder.Sample {
      .init(device: device, sample: .init(time: time, interfaces: [:]))
    }
    let lines = JournalLines.pack([sample("a", 1), sample("b", 1.1), sample("a", 2), sample("c", 2.1)], now: 2.5)
    #expect(lines.map { $0.devices.keys.sorted() } == [["a", "b", "c"], ["a"]])
    #expect(lines[0].devices["a"]?.time == 1)
    #expect(JournalLines.pack([], now: 1).isEmpty)
  }
}
