import Shared
import TestSupport
import Testing

/// Readers of the root's files with damaged content: nothing crashes, and what is accepted can be written and read again.
///
/// A failure names its seed; an input that once did harm stands in a corpus below for good.
@Suite struct HandoffFuzzTests {
  static let seeds = 1...8 as ClosedRange<UInt64>

  static let journal = [
    #"{"t":1795219200.500,"d":{"gw":{"t":1795219200.250,"i":{"ether1":[8000,null,1000,null,18446744073709551615,0]}}}}"#,
    #"{"t":1795219201,"d":{"a \"b\"":{"t":1795219200.999,"i":{"ether1":[0,0,0,0,1,2],"%2e":[1,2,3,4,5,6]}},"b":{"t":1,"i":{}}}}"#,
    #" { "v" : [1,{"x":null},"s",true,false,-1.5e3], "t" : 5 , "d" : {"a":{"t":4.5,"q":"\u00e9","i":{"e":[1,2,3,4,5,6,"more"]}}} } "#,
    #"{"t":0,"d":{}}"#,
  ]
  static let json = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "1e999", "-", "\n", "\"t\"", "\"d\"", "\"i\"",
    "{\"t\":",
    "[[[[[[[[[[[[[[[[", "\u{FEFF}", "\0",
  ]

  @Test(arguments: seeds) func journalLines(seed: UInt64) {
    var mutator = Mutator(seed: seed, corpus: Self.journal, dictionary: Self.json)
    var accepted = 0
    for _ in 0..<Mutator.rounds * 4 {
      let bytes = mutator.next()
      guard let line = LiveLine.decode(bytes) else { continue }
      accepted += 1
      // Times lose what is beyond the millisecond, once.
      let written = line.encoded()
      #expect(LiveLine.decode(written)?.encoded() == written, "\(String(decoding: bytes, as: UTF8.self))")
      #expect(line.devices.values.allSatisfy { $0.interfaces.keys.allSatisfy { FolderName.isValid($0) } })
    }
    #expect(accepted > 0)
  }

  static let heartbeats: [[UInt8]] = {
    var device = Heartbeat.Device(state: .down, address: "192.0.2.1")
    device.reason = "timeout"
    device.message = "no \"TCP\" connection"
    device.latencyMs = 1.25
    device.missedSamples = 7
    device.rxBps = 1e9
    var heartbeat = Heartbeat(
      collector: "c", host: "h", pid: 1, version: "1.0", started: 1_795_219_200, written: 1_795_219_200.5, sequence: 9,
      interval: 1,
      devices: ["gw": device, "ü": Heartbeat.Device(state: .up, address: "[::1]")])
    heartbeat.storage = Heartbeat.Storage()
    heartbeat.storage?.spoolBytes = 0
    return (try? JSONFile.encode(heartbeat)).map { [$0] } ?? []
  }()

  static let deviceFiles: [[UInt8]] = {
    var interface = DeviceFile.Interface(name: "ether1")
    interface.speed = 1e9
    interface.names = [.init(name: "wan", from: 0), .init(name: "ether1", from: 1_795_219_200.5)]
    interface.dynamic = false
    var file = DeviceFile(device: "gw", address: "192.0.2.1")
    file.billing = .init(day: 28, timeZone: "Europe/Riga", quota: .max)
    file.labels = ["site": "a"]
    file.interfaces = ["ether1": interface]
    return (try? JSONFile.encode(file)).map { [$0] } ?? []
  }()

  /// Reads `bytes` as a file; what is read must survive being written.
  private func roundTrip<Value: Encodable & Equatable>(
    _ mutator: inout Mutator, read: (String) throws(FileError) -> Value, write: (Value, String) throws(FileError) -> Void
  ) throws {
    let folder = try TemporaryDirectory()
    var accepted = 0
    for round in 0..<Mutator.rounds / 2 {
      let bytes = mutator.next()
      let path = try folder.write("file.json", bytes)
      do throws(FileError) {
        let value = try read(path)
        accepted += 1
        try write(value, folder.file("again.json"))
        let again = try read(folder.file("again.json"))
        #expect(again == value, "round \(round): \(String(decoding: bytes, as: UTF8.self))")
      } catch {
        #expect([.malformed].contains(error.code), "round \(round): \(error)")
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(accepted > 0)
  }

  @Test(arguments: seeds) func heartbeats(seed: UInt64) throws {
    var mutator = Mutator(seed: seed, corpus: Self.heartbeats, dictionary: Self.json.map { Array($0.utf8) })
    try roundTrip(&mutator, read: { path throws(FileError) in try Heartbeat.read(path) }) { value, path throws(FileError) in
      try JSONFile.write(value, path, durability: .atomic)
    }
  }

  @Test(arguments: seeds) func deviceFiles(seed: UInt64) throws {
    var mutator = Mutator(seed: seed, corpus: Self.deviceFiles, dictionary: Self.json.map { Array($0.utf8) })
    try roundTrip(&mutator, read: { path throws(FileError) in try DeviceFile.read(path) }) { value, path throws(FileError) in
      _ = value.key(named: "wan")
      try JSONFile.write(value, path, durability: .atomic)
    }
  }

  static let ledger = [
    LedgerRow.header + "\n1795219200,300,1000,2000,,1795219500,18446744073709551615,0\n1795219500,12.5,1,2,gp,1795219512.5,3,4\n",
    "1795219800,0,18446744073709551615,0,grp,1795219800,0,18446744073709551615\n",
  ]

  @Test(arguments: seeds) func ledgerRowsAndWhatResumesFromThem(seed: UInt64) {
    var mutator = Mutator(
      seed: seed, corpus: Self.ledger,
      dictionary: [",", "\n", "\r\n", "g", "r", "p", "gp", ".5", "nan", "-0", "+1", "1e3", "0x1p3", "\0"])
    var accepted = 0
    for _ in 0..<Mutator.rounds * 4 {
      for line in String(decoding: mutator.next(), as: UTF8.self).split(separator: "\n") {
        guard let row = LedgerRow(line: line) else { continue }
        accepted += 1
        let written = String(decoding: row.encoded().dropLast(), as: UTF8.self)
        let again = LedgerRow(line: written)
        #expect(again.map { $0.encoded() } == row.encoded(), "\(line)")
        resume(row, &mutator.random)
      }
    }
    #expect(accepted > 0)
  }

  /// A ledger that goes on behind any row that was accepted says nothing twice and never crashes.
  private func resume(_ row: LedgerRow, _ random: inout SeededGenerator) {
    var book = LedgerBook(after: row)
    var time = row.at
    var bytes: UInt64 = 0
    var sum: UInt64 = 0
    var counter = min(row.rxCounter, .max - 10_000)
    for _ in 0..<4 {
      time = min(time + Double.random(in: -10...700, using: &random), Double(UTCTime.range.upperBound))
      let isNewer = book.last.map { time > $0.time } ?? true
      if isNewer {
        bytes += 1_000
        counter += 1_000
      }
      let rows = book.add(
        LedgerBook.Reading(
          time: time, rxCounter: counter, txCounter: row.txCounter, rxBytes: 1_000, txBytes: 0,
          isSampled: Bool.random(using: &random)))
      for row in rows { sum += row.rxBytes }
    }
    #expect(sum <= bytes, "\(row)")
  }
}
