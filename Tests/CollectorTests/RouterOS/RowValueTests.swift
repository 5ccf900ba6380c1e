import TestSupport
import Testing

@testable import Collector

@Suite struct RowValueTests {
  @Test(
    arguments: [
      ("1w2d3h4m5s", .seconds(788_645)), ("1h2m3s", .seconds(3723)), ("9m33s", .seconds(573)), ("0s", .zero),
      ("2s340ms", .milliseconds(2340)), ("1s80ms", .milliseconds(1080)), ("20ms", .milliseconds(20)),
      ("770ms", .milliseconds(770)),
      ("12ms345us", .microseconds(12_345)), ("500us", .microseconds(500)), ("80ns", .nanoseconds(80)), ("1m2s", .seconds(62)),
      ("1d 02:03:04", .seconds(93_784)), ("1d02:03:04", .seconds(93_784)), ("1w2d 00:00:01", .seconds(777_601)),
      ("00:01:02", .seconds(62)), ("123:00:00", .seconds(442_800)), ("00:00:01.25", .milliseconds(1250)),
      ("1.5s", .milliseconds(1500)),
      ("-5m", .seconds(-300)), ("-00:00:01", .seconds(-1)), ("300w", .seconds(181_440_000)),
    ] as [(String, Duration)])
  func readsDurations(text: String, expected: Duration) {
    #expect(RowValue.duration(text) == expected)
  }

  @Test(arguments: [
    "", "-", "never", "none", "5", "1.5", "s", "5s3m", "5s5s", "1d 2h", "1d ", " 1d", "1d  02:03:04", "1h02:03:04", "02:03",
    "00:60:00", "00:00:60",
    "00:00:00:00", "00::00", ":::", "1x", "1ms2", "1µs", "5 s", "1.s", ".5s", "--5s", "+5s", "99999999999999999999s",
    "9999999999999w",
    "18446744073709551615:00:00", "٣s", "1sec", "1s trailing",
  ])
  func doesNotGuessDurations(text: String) {
    #expect(RowValue.duration(text) == nil)
  }

  @Test(
    arguments: [
      ("866.6Mbps-80MHz/2S/SGI", 866_600_000), ("54Mbps-20MHz/1S", 54_000_000), ("6Mbps", 6_000_000), ("5.5Mbps", 5_500_000),
      ("1.2Gbps", 1_200_000_000), ("866000000", 866_000_000), ("0", 0), ("18M", 18_000_000), ("10Mbps", 10_000_000),
      ("1Gbps", 1_000_000_000),
      ("2.5Gbps", 2_500_000_000), ("100Gbps", 100_000_000_000), ("1G-baseT-full", 1_000_000_000), ("2.5G-baseT", 2_500_000_000),
      ("100M-full", 100_000_000), ("512k", 512_000), ("512kbps", 512_000), ("12 kbps", 12_000), ("9600bps", 9600),
      ("1.23456789Gbps", 1_234_567_890),
    ] as [(String, UInt64)])
  func readsRates(text: String, expected: UInt64) {
    #expect(RowValue.rate(text) == expected)
  }

  @Test(arguments: [
    "", "MCS7", "unknown", "100 Mb/s", "Mbps", "-5Mbps", "5Xbps", "5Mbit", "1..5Mbps", "1.Mbps", "99999999999999999999",
    "20000000000Gbps", "6b",
    "6-foo", "1e6", "-67@6Mbps", "12  kbps", "12 ", "12 -x",
  ])
  func doesNotGuessRates(text: String) {
    #expect(RowValue.rate(text) == nil)
  }

  @Test func readsIntegersOverTheirFullRange() {
    #expect(RowValue.unsigned("18446744073709551615") == .max)
    #expect(RowValue.unsigned("0") == 0)
    #expect(RowValue.integer("-9223372036854775808") == .min)
    #expect(RowValue.integer("9223372036854775807") == .max)
    for text in ["", "18446744073709551616", "-1", "+1", " 1", "1 ", "1_000", "1,2", "0x10", "1.0", "٣"] {
      #expect(RowValue.unsigned(text) == nil, "\(text)")
    }
    for text in ["", "-", "--1", "+1", "9223372036854775808", "1.0"] {
      #expect(RowValue.integer(text) == nil, "\(text)")
    }
  }

  @Test func readsNumbersAsTheLibraryDoes() {
    var random = SeededGenerator(seed: 53)
    func digits(_ range: ClosedRange<Int>) -> String {
      (0..<Int.random(in: range, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
    }
    for _ in 0..<20_000 {
      let fraction = digits(0...10)
      let text = (Bool.random(using: &random) ? "-" : "") + digits(1...8) + (fraction.isEmpty ? "" : "." + fraction)
      #expect(RowValue.number(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    for text in ["9007199254740993", "0.30000000000000004", "18446744073709551615", "-0", "00.50", "123456789.0123456789"] {
      #expect(RowValue.number(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test func readsNumbersAndBooleans() {
    #expect(RowValue.number("24.1") == 24.1)
    #expect(RowValue.number("-0.5") == -0.5)
    #expect(RowValue.number("7") == 7)
    for text in ["", "nan", "inf", "1e5", "0x1p3", "1.", ".5", "24.1V", "1.2.3", "-"] {
      #expect(RowValue.number(text) == nil, "\(text)")
    }
    #expect(["true", "yes", "false", "no"].map(RowValue.boolean) == [true, true, false, false])
    for text in ["", "TRUE", "1", "0", "on", "disabled"] { #expect(RowValue.boolean(text) == nil, "\(text)") }
  }

  @Test func readsSizes() {
    #expect(RowValue.size("2048KiB") == 2_097_152)
    #expect(RowValue.size("1.5GiB") == 1_610_612_736)
    #expect(RowValue.size("128.0MiB") == 134_217_728)
    #expect(RowValue.size("1048576") == 1_048_576)
    for text in ["", "KiB", "5kB", "5 KiB", "99999999999TiB", "-1"] { #expect(RowValue.size(text) == nil, "\(text)") }
  }

  @Test func tellsAbsentFromUnreadableFromValue() {
    let row: Row = ["rx-byte": "42", "tx-byte": "many", "comment": ""]
    #expect(row.read("rx-byte", RowValue.unsigned) == .value(42))
    #expect(row.read("tx-byte", RowValue.unsigned) == .unreadable("many"))
    #expect(row.read("fp-rx-byte", RowValue.unsigned) == .absent)
    #expect(row.read("comment", RowValue.unsigned) == .unreadable(""))
    #expect(row["comment"] == "")
    #expect(row["nothing"] == nil)
  }

  @Test func neverCrashesOnRandomText() {
    var random = SeededGenerator(seed: 11)
    let alphabet = Array("0123456789.:-wdhmsu nMGTkbps@/é٣")
    for _ in 0..<20_000 {
      let text = String((0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "0" })
      _ = (RowValue.duration(text), RowValue.rate(text), RowValue.size(text), RowValue.number(text))
      if let value = RowValue.unsigned(text) { #expect(String(value) == text || text.hasPrefix("0")) }
    }
  }
}
