import Foundation
import Shared
import TestSupport
import Testing

/// Damaged files give an error from reader and writer. librrd would crash on many of these, and a crash ends the test run.
@Suite struct ArchiveCorruptionTests {
  private let folder: ArchiveFolder
  private let start = 1_800_000_000
  private let path: String
  private let sound: Data
  private let headerLength: Int

  init() throws {
    folder = try ArchiveFolder()
    let path = try folder.archive(try Retention(name: "x", parsing: "1s:1m,10s:10m"), start: start)
    let start = start
    self.path = path
    try ArchiveWriter().append((1...100).map { ArchiveRow(time: start + $0, rx: 1e6, tx: 2e6) }, to: path)
    sound = try #require(FileManager.default.contents(atPath: path))
    headerLength = try ArchiveReader().header(at: path).length
  }

  /// Overwrites in place: ext4 flushes a file that is cut to nothing and written anew, which costs milliseconds.
  private func put(_ bytes: Data) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: bytes)
    try file.truncate(atOffset: UInt64(bytes.count))
    try file.close()
  }

  /// Reads everything that can be read; whatever comes back is fine, or an ArchiveError.
  private func readAll(_ path: String) throws(ArchiveError) {
    let reader = ArchiveReader(guardSeconds: 0)
    let header = try reader.header(at: path)
    for archive in header.archives {
      _ = try reader.rows(
        at: path, consolidation: archive.consolidation, step: archive.step, from: start - 700, to: start + 200)
    }
    _ = try SeriesReader().series(at: path, from: start - 1000, to: start + 200, points: 100)
    _ = try SeriesReader().series(at: path, from: start + 50, to: start + 60, points: 1000)
    _ = try SeriesReader().series(at: path, from: 0, to: start * 2, points: 1)
  }

  private func append(_ path: String) throws(ArchiveError) {
    try ArchiveWriter().append(
      [ArchiveRow(time: start + 101, rx: 1, tx: 1), ArchiveRow(time: start + 130, rx: 1, tx: 1)], to: path)
  }

  private func expectRefused(_ what: Comment, _ codes: Set<ArchiveError.Code> = [.corrupt, .foreign]) {
    let read = #expect(throws: ArchiveError.self, what) { try readAll(path) }
    #expect(read.map { codes.contains($0.code) } ?? true, "\(what): \(String(describing: read))")
    let written = #expect(throws: ArchiveError.self, what) { try append(path) }
    #expect(written.map { codes.contains($0.code) } ?? true, "\(what): \(String(describing: written))")
  }

  @Test func everyTruncationIsRefused() throws {
    var lengths = Array(0...256) + Array(stride(from: 257, to: sound.count, by: 7))
    lengths += [headerLength - 1, headerLength, headerLength + 1, sound.count - 8, sound.count - 1]
    for length in lengths {
      try put(sound.prefix(length))
      expectRefused("\(length) bytes")
    }
    try put(sound + Data([0]))
    expectRefused("one byte more")
  }

  /// Layout of this file: 2 data sources from 128, 4 archives from 368 (120 bytes each), live head at 848, row pointers at
  /// the end of the header.
  private static let fields: [(String, Int)] = {
    var list = [("data sources", 24), ("archives", 32), ("step", 40)]
    for index in 0..<4 {
      list.append(("rows of archive \(index)", 392 + 120 * index))
      list.append(("steps per row of archive \(index)", 400 + 120 * index))
    }
    return list
  }()

  /// Values that make librrd divide by zero, overflow a product, or overrun its heap; and their neighbours.
  private static let wild: [UInt64] = [
    0, 1 << 31 + 1, 1 << 32, 1 << 40, 1 << 56, 1 << 60, 1 << 61, 1 << 62, 1 << 63, .max, .max - 1, 0x4141_4141_4141_4141,
    0x7fff_ffff_ffff_ffff, 0xffff_ffff,
  ]

  @Test(arguments: fields) func wildHeaderFieldsAreRefused(_ name: String, _ offset: Int) throws {
    for value in Self.wild {
      var bytes = sound
      withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 8, with: $0) }
      try put(bytes)
      expectRefused("\(name) = \(value)")
    }
  }

  @Test func wildTimesAndPointersAreRefused() throws {
    let pointers = headerLength - 4 * 8
    for offset in [848] + (0..<4).map({ pointers + 8 * $0 }) {
      for value in Self.wild where value > 1 << 35 {
        var bytes = sound
        withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 8, with: $0) }
        try put(bytes)
        expectRefused("offset \(offset) = \(value)")
      }
    }
  }

  @Test func namesAreChecked() throws {
    for (offset, text) in [
      (128, "ry"), (248, "rx"), (148, "GAUGF"), (128, "r%s"), (368, "MEDIAN"), (368, "HWPREDICT"), (0, "RRX"), (4, "0009"),
    ] {
      var bytes = sound
      bytes.replaceSubrange(offset..<offset + text.utf8.count, with: Data(text.utf8))
      try put(bytes)
      expectRefused("\(text) at \(offset)")
    }
    var endless = sound
    endless.replaceSubrange(128..<148, with: Data(repeating: 0x72, count: 20))
    try put(endless)
    expectRefused("name without end")
  }

  /// All single bit flips over the header. Flips in averages, times and limits cannot be noticed; what is accepted must be
  /// harmless to read, and to librrd in an update.
  @Test(.timeLimit(.minutes(2))) func bitFlipsNeverCrash() throws {
    var refused = 0
    for bit in 0..<headerLength * 8 {
      var bytes = sound
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      try put(bytes)
      do throws(ArchiveError) {
        try readAll(path)
        try append(path)
        _ = try ArchiveReader().header(at: path)
      } catch {
        refused += 1
        #expect(!error.detail.isEmpty)
      }
    }
    #expect(refused > 1000)
  }

  @Test func garbageNeverCrashes() throws {
    var generator = SeededGenerator(seed: 7)
    for round in 0..<3000 {
      var bytes = sound
      // A sound beginning keeps the checks behind it in play.
      let from = Int.random(in: 0..<headerLength, using: &generator)
      for index in from..<min(from + Int.random(in: 1...64, using: &generator), headerLength) {
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      if round % 5 == 0 { bytes = bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)) }
      try put(bytes)
      do throws(ArchiveError) {
        try readAll(path)
        try append(path)
      } catch {
        #expect(!error.detail.isEmpty)
      }
    }
  }

  @Test func absurdCountsAreRefused() throws {
    for (offset, value) in [(24, 65), (24, 65_536), (32, 129), (32, 65_536)] {
      var bytes = sound
      withUnsafeBytes(of: UInt64(value).littleEndian) { bytes.replaceSubrange(offset..<offset + 8, with: $0) }
      try put(bytes)
      expectRefused("\(value) at \(offset)")
    }
  }

  @Test func whatIsNoFileIsRefused() throws {
    let odd = folder.file("odd.rrd")
    func refused(_ code: ArchiveError.Code) {
      let read = #expect(throws: ArchiveError.self) { try readAll(odd) }
      #expect(read?.code == code)
      let written = #expect(throws: ArchiveError.self) { try append(odd) }
      #expect(written?.code == code)
    }
    refused(.missing)
    try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: false)
    refused(.notRegularFile)
    try FileManager.default.removeItem(atPath: odd)
    #expect(mkfifo(odd, 0o600) == 0)
    refused(.notRegularFile)
    try FileManager.default.removeItem(atPath: odd)
    try FileManager.default.createSymbolicLink(atPath: odd, withDestinationPath: path)
    refused(.notRegularFile)
    try FileManager.default.removeItem(atPath: odd)
    let device = #expect(throws: ArchiveError.self) { try readAll("/dev/zero") }
    #expect(device?.code == .notRegularFile)
    let below = #expect(throws: ArchiveError.self) { try readAll(path + "/below.rrd") }
    #expect(below?.code == .missing)
  }

  @Test func aFileThatShrinksGivesAnErrorAndNoSignal() throws {
    // The header promises more than is there: as if the file were cut between the check and the read.
    try put(sound.prefix(headerLength + 16))
    expectRefused("cut")
  }
}
