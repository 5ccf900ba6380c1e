import Foundation
import Testing

@testable import WebNode

/// Server and script format alike: both follow `Tests/Browser/format_cases.json`.
@Suite struct FormatTests {
  @Test(arguments: ["rate", "bytes", "percent", "duration", "age"])
  func followsTheTableThatTheScriptFollows(name: String) throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Browser/format_cases.json")
    let tables = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: [[Any]]])
    let functions: [String: (Double?) -> String] = [
      "rate": Format.rate, "bytes": Format.bytes, "percent": Format.percent, "duration": Format.duration, "age": Format.age,
    ]
    let format = try #require(functions[name])
    let cases = try #require(tables[name])
    #expect(cases.count > 4)
    for entry in cases {
      let value = (entry[0] as? NSNumber)?.doubleValue
      let text = format(value).replacingOccurrences(of: Format.narrow, with: " ")
      #expect(text == entry[1] as? String, "\(name)(\(value.map { "\($0)" } ?? "nil"))")
    }
  }

  @Test(arguments: [
    (UInt64(0), "0"), (999, "999"), (1000, "1 000"), (3_662_219_915_749, "3 662 219 915 749"),
    (.max, "18 446 744 073 709 551 615"),
  ])
  func digitsStandInThrees(_ value: UInt64, _ text: String) {
    #expect(Format.grouped(value) == text.replacing(" ", with: Format.narrow))
  }

  @Test func whatIsNoNumberIsUnknownNeverZero() {
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(Format.rate(value) == "–")
      #expect(Format.percent(value) == "–")
      #expect(Format.duration(value) == "–")
    }
  }

  @Test(arguments: [(2.5e9, "2.5 Gbit/s"), (1e9, "1 Gbit/s"), (1e8, "100 Mbit/s"), (10e9, "10 Gbit/s"), (866.7e6, "867 Mbit/s")])
  func speedsOfLinksAreRound(value: Double, expected: String) {
    #expect(Format.speed(value).replacingOccurrences(of: Format.narrow, with: " ") == expected)
  }

  @Test(arguments: [(1, "1 s"), (10, "10 s"), (90, "90 s"), (300, "5 min"), (7200, "2 h"), (86_400, "1 d")])
  func stepsHaveTheLargestWholeUnit(seconds: Int, expected: String) {
    #expect(Format.step(seconds).replacingOccurrences(of: Format.narrow, with: " ") == expected)
  }

  @Test func timesAreOfTheZoneThatThePageNames() throws {
    let prague = PageTime(zone: try #require(TimeZone(identifier: "Europe/Prague")))
    // Both sides of the change to winter time, an hour apart, on the same wall clock.
    #expect(prague.clock(1_792_888_200) == "02:30:00")
    #expect(prague.clock(1_792_891_800) == "02:30:00")
    #expect(prague.interval(1_795_206_960, 1_795_210_560) == "2026-11-20 21:36:00 – 22:36:00")
    #expect(prague.moment(1_795_206_960, span: 400_000) == "2026-11-20 21:36")
  }
}
