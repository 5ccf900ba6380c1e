import Foundation
import Shared
import TestSupport
import Testing

@Suite struct UTCTimeTests {
  @Test func partsAgreeWithFoundation() throws {
    var generator = SeededGenerator(seed: 7)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    for _ in 0..<2000 {
      let epoch = Int.random(in: 0...UTCTime.range.upperBound, using: &generator)
      let parts = UTCTime.parts(epoch)
      let other = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(epoch)))
      let ours: [Int?] = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
      let theirs: [Int?] = [other.year, other.month, other.day, other.hour, other.minute, other.second]
      #expect(ours == theirs, "epoch \(epoch)")
    }
  }

  @Test func namesFilesInUTC() {
    #expect(UTCTime.month(1_795_219_200) == "2026-11")
    #expect(UTCTime.minute(1_795_219_259) == "202611210000")
  }

  @Test(arguments: [0.0, 1_795_219_200.125, 951_782_399.999])
  func timesSurviveTheHeartbeat(epoch: Double) throws {
    #expect(abs(try #require(UTCTime.epoch(rfc3339: UTCTime.rfc3339(epoch))) - epoch) < 0.0006)
  }

  @Test func readsOtherWritersTimes() {
    #expect(UTCTime.epoch(rfc3339: "2026-11-21T02:00:00+02:00") == 1_795_219_200)
    #expect(UTCTime.epoch(rfc3339: "2026-11-21T00:00:00.5Z") == 1_795_219_200.5)
    #expect(UTCTime.epoch(rfc3339: "yesterday") == nil)
    #expect(UTCTime.epoch(rfc3339: "") == nil)
  }

  @Test func brokenClocksAreClamped() {
    #expect(UTCTime.rfc3339(.nan) == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime.rfc3339(-5) == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime.rfc3339(1e300).hasPrefix("9999-12-31T23:59:59"))
  }
}
