import Foundation
import TestSupport
import Testing

@testable import Shared

/// Damaged headers in memory, many more than ``ArchiveCorruptionTests`` can put on a disk: what is accepted must keep its word that
/// "arithmetic on its fields does not overflow" and that every row lies within the file.
@Suite struct ArchiveHeaderFuzzTests {
  @Test(arguments: 1...8 as ClosedRange<UInt64>) func acceptedHeadersKeepTheirWord(seed: UInt64) throws {
    let folder = try ArchiveFolder()
    let retentions = ["1s:1m,10s:10m", "1s:4m", "1s:1m,1m:1h,5m:2h"]
    let files = try retentions.enumerated().map { index, text in
      try folder.archive(try Retention(name: "x", parsing: text), start: 1_800_000_000, name: "\(index).rrd")
    }
    let corpus = try files.map { try Array(#require(FileManager.default.contents(atPath: $0))) }
    let headers = try zip(files, corpus).map { path, bytes in Array(bytes.prefix(try ArchiveReader().header(at: path).length)) }
    var mutator = Mutator(
      seed: seed, corpus: headers,
      dictionary: ["RRD\0", "0001", "0005", "GAUGE\0", "COUNTER\0", "AVERAGE\0", "MIN\0", "LAST\0", "rx\0", "tx\0"].map {
        Array($0.utf8)
      })
    let sizes = corpus.map(\.count)
    var accepted = 0
    for _ in 0..<Mutator.rounds * 10 {
      let bytes = mutator.next()
      let size = sizes.randomElement(using: &mutator.random) ?? 0
      switch decode(bytes, size) {
      case .success(let header):
        accepted += 1
        check(header, size)
      case .failure(let fault): #expect(!fault.text.isEmpty)
      }
    }
    #expect(accepted > 0)
  }

  private func decode(_ bytes: [UInt8], _ size: Int) -> Result<ArchiveHeader, HeaderFault> {
    bytes.withUnsafeBytes { buffer in
      do throws(HeaderFault) { return .success(try ArchiveHeader(decoding: buffer, fileSize: size)) } catch {
        return .failure(error)
      }
    }
  }

  private func check(_ header: ArchiveHeader, _ size: Int) {
    let row = header.dataSources.count * 8
    #expect(header.dataSources.indices.contains(header.rxColumn) && header.dataSources.indices.contains(header.txColumn))
    #expect(header.lastUpdate >= 0 && header.pdpStep > 0 && header.length <= size)
    for archive in header.archives {
      #expect(archive.rows > 0 && (0..<archive.rows).contains(archive.currentRow))
      #expect(archive.step == archive.pdpPerRow * header.pdpStep && archive.end <= header.lastUpdate)
      #expect(archive.offset >= header.length && archive.offset + archive.rows * row <= size)
      #expect(archive.start < archive.end)
      let servable = ArchiveReader().servable(archive)
      #expect(servable.lowerBound >= archive.start && servable.upperBound <= archive.end)
    }
    for consolidation in ArchiveConsolidation.allCases {
      _ = header.bestArchive(consolidation, step: 1, from: 0, to: ArchiveLayout.Limit.time)
      _ = header.bestArchive(consolidation, step: ArchiveLayout.Limit.step, from: header.lastUpdate, to: header.lastUpdate)
    }
  }
}
