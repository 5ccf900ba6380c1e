import Foundation
import Shared
import Testing

@Suite struct RetentionTests {
  @Test func parsesStepsAndUnits() throws {
    let retention = try Retention(name: "wan", parsing: "1s:1y, 10s:5y, 1m:5y, 5m:10y")
    #expect(retention.name == "wan")
    #expect(retention.archives.map(\.step) == [1, 10, 60, 300])
    #expect(retention.archives.map(\.rows) == [31_557_600, 15_778_800, 2_629_800, 1_051_920])
    #expect(retention.archives[0].consolidations == [.average])
    #expect(Set(retention.archives[1].consolidations) == Set(ArchiveConsolidation.allCases))
    #expect(
      try Retention(name: "x", parsing: "1s:2w,1h:1d , 1d:100y").archives.map(\.keep) == [1_209_600, 86_400, 3_155_760_000])
  }

  @Test func keepIsRoundedUpToWholeRows() throws {
    #expect(try Retention(name: "x", parsing: "1s:1h,7s:1m").archives[1].keep == 63)
  }

  @Test(
    arguments: [
      ("", "''"), ("1s", "'1s'"), ("1s:1d,", "''"), ("1s:1d:3", "'1s:1d:3'"), ("10s:1d", "first step must be 1s"),
      ("1s:1d,10s:2d,10s:3d", "multiple of"), ("1s:1d,10s:2d,5s:3d", "multiple of"), ("1s:1d,10s:2d,15s:3d", "multiple of"),
      ("1s:1d,2d:1y", "longer than a day"), ("1s:1d,1m:30s", "less than one step"), ("1s:10y", "rows"),
      ("1s:1d,1d:200y", "100 years"), ("1s:0d", "'0d'"), ("1s:-1d", "'-1d'"), ("1s:1x", "'1x'"), ("1s:d", "'d'"),
      ("1s:1.5d", "'1.5d'"), ("1s:99999999999999999999y", "year"), ("1s:9999999999999999y", "too long"), ("1s:+1d", "'+1d'"),
      ("1s:٣d", "'٣d'"), ("1s:60", "'60'"),
      ("1s:1d,2s:1d,4s:1d,8s:1d,16s:1d,32s:1d,64s:1d,128s:1d,256s:1d,512s:1d,1024s:1d,2048s:1d,4096s:1d", "at most 12"),
    ] as [(String, String)])
  func refusesWithTheReason(_ text: String, _ reason: String) {
    let error = #expect(throws: RetentionError.self) { try Retention(name: "x", parsing: text) }
    let description = error?.description ?? ""
    #expect(description.contains(reason) || reason == "year" && description.contains("unit"), "\(description)")
  }

  @Test func fullHoldsWhatMtTrafmonHolds() {
    let full = Retention.full
    for (step, rows) in [(1, 31_557_600), (10, 15_778_800), (60, 2_629_800), (300, 1_051_920), (3600, 87_660)] {
      #expect(full.archives.contains { $0.step == step && $0.rows >= rows })
    }
  }

  @Test func builtInRetentionsObeyTheRulesForWrittenOnes() throws {
    for retention in Retention.builtIn {
      let text = retention.archives.map { "\($0.step)s:\($0.keep)s" }.joined(separator: ",")
      #expect(try Retention(name: retention.name, parsing: text) == retention)
    }
  }

  @Test(arguments: [Retention.compact, .standard])
  func bytesIsTheSizeOfTheFile(_ retention: Retention) throws {
    let folder = try ArchiveFolder()
    let path = try folder.archive(retention, start: 1_800_000_000)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(size == retention.bytes)
    let header = try ArchiveReader().header(at: path)
    #expect(header.archives.count == retention.archives.reduce(0) { $0 + $1.consolidations.count })
    for (archive, spec) in zip(header.archives, retention.archives.flatMap { spec in spec.consolidations.map { (spec, $0) } }) {
      #expect(archive.step == spec.0.step)
      #expect(archive.rows == spec.0.rows)
      #expect(archive.consolidation == spec.1)
    }
  }
}
