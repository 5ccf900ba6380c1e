import TestSupport
import Testing

@testable import Collector

@Suite struct RowValueQuantityTests {
  @Test(
    arguments: [
      ("-95", "dBm", -95), ("-95dBm", "dBm", -95), ("-9.5 dB", "dB", -9.5), ("37C", "C", 37), ("160.9m", "m", 160.9),
      ("0%", "%", 0),
      ("1310nm", "nm", 1310), ("3", "", 3), ("31.5mA", "mA", 31.5),
    ] as [(String, String, Double)])
  func readsNumbersWithTheirUnit(_ text: String, _ unit: String, _ expected: Double) {
    #expect(RowValue.quantity(in: unit)(text) == expected)
  }

  @Test(arguments: [
    ("-95dB", "dBm"), ("-95dBmm", "dBm"), ("dBm", "dBm"), ("", "dBm"), ("37F", "C"), ("-inf", "dBm"), ("5  dBm", "dBm"),
    ("5 ", ""),
    (" 5", ""), ("5 C ", "C"),
  ]) func doesNotGuessQuantities(_ text: String, _ unit: String) {
    #expect(RowValue.quantity(in: unit)(text) == nil)
  }

  @Test(
    arguments: [("-67@6Mbps", -67), ("-67dBm@6Mbps", -67), ("-48@HT20-7", -48), ("-55.5 dBm", -55.5), ("-67", -67)]
      as [(String, Double)])
  func readsSignals(_ text: String, _ expected: Double) {
    #expect(RowValue.signal(text) == expected)
  }

  @Test(arguments: ["", "n/a", "@6Mbps", "-67dB@6Mbps", "-67 @6Mbps", "loud@6Mbps"])
  func doesNotGuessSignals(_ text: String) {
    #expect(RowValue.signal(text) == nil)
  }

  @Test func readsPairsOfExactlyTwo() throws {
    let pair = try #require(RowValue.pair(UInt8(ascii: "/"))("12/34kbps"))
    #expect(pair.first == "12")
    #expect(pair.second == "34kbps")
    for text in ["", "12", "12/", "/12", "1/2/3", "/", "1,2"] {
      #expect(RowValue.pair(UInt8(ascii: "/"))(text) == nil, "\(text)")
    }
  }

  @Test func sumsLanesWithinTheRangeOfACounter() {
    #expect(RowValue.sum("1,2,3") == 6)
    #expect(RowValue.sum("42") == 42)
    #expect(RowValue.sum("18446744073709551614,1") == .max)
    for text in ["", ",", "1,", ",1", "1,,2", "1, 2", "-1,2", "18446744073709551615,1", "1.5"] {
      #expect(RowValue.sum(text) == nil, "\(text)")
    }
  }

  @Test func millisecondsAreExactToTheMicrosecond() {
    #expect(Duration.microseconds(12_345).milliseconds == 12.345)
    #expect(Duration.milliseconds(1080).milliseconds == 1080)
    #expect(Duration.seconds(62).milliseconds == 62_000)
  }

  @Test func neverCrashesOnRandomText() {
    var random = SeededGenerator(seed: 12)
    let alphabet = Array("0123456789.:-@dBm/,%C é٣")
    for _ in 0..<20_000 {
      let text = String((0..<Int.random(in: 0...16, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "0" })
      _ = (RowValue.quantity(in: "dBm")(text), RowValue.signal(text), RowValue.pair(UInt8(ascii: "/"))(text))
      if let sum = RowValue.sum(text), !text.contains(",") { #expect(RowValue.unsigned(text) == sum) }
    }
  }
}
