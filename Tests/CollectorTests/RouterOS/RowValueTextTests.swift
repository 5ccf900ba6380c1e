import Foundation
import TestSupport
import Testing

@testable import Collector

@Suite struct RowValueAddressTests {
  @Test(arguments: [
    ("1.2.3.4:80", "1.2.3.4"), ("1.2.3.4", "1.2.3.4"), ("[2001:db8::1]:443", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"),
    ("2001:db8::1", "2001:db8::1"), ("fe80::1%ether1", "fe80::1%ether1"), ("[fe80::1%ether1]:5", "fe80::1%ether1"),
    ("::1", "::1"), ("1.2.3.4:65535", "1.2.3.4"),
  ])
  func portsAreTakenOff(text: String, expected: String) {
    #expect(RowValue.host(text) == expected)
  }

  @Test(arguments: [
    "", ":", "[", "[]", "]:5", "[2001:db8::1", "[2001:db8::1]443", "[2001:db8::1]:", "[1.2.3.4]x", "1.2.3.4:", "1.2.3.4:x",
    "1.2.3.4:70000", "1.2.3:80", "router", "router:80", "2001:db8::1::2:80", "%ether1", "1.2.3.4:5:6",
  ])
  func whatIsNoAddressIsNone(text: String) {
    #expect(RowValue.host(text) == nil)
  }

  @Test(
    arguments: [
      ("10.0.0.10-10.0.0.20", 11), ("10.0.0.0/24", 256), ("10.0.0.1,10.0.0.5-10.0.0.6", 3), ("10.0.0.1", 1),
      ("0.0.0.0/0", 1 << 32),
      ("10.0.0.1-10.0.0.1", 1), ("2001:db8::1-2001:db8::ffff", 65_535), ("2001:db8::/65", 1 << 63), ("10.0.0.7/30,10.0.0.1", 5),
    ] as [(String, UInt64)])
  func addressesOfRangesAreCounted(text: String, expected: UInt64) {
    #expect(RowValue.addressCount(text) == expected)
  }

  @Test(arguments: [
    "", ",", "10.0.0.1,", "10.0.0.9-10.0.0.1", "10.0.0.1-2001:db8::1", "10.0.0.1-", "-", "10.0.0.1-10.0.0.2-10.0.0.3",
    "10.0.0.0/33", "10.0.0.0/", "pool", "::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/65,2001:db8::/65",
    "10.0.0.1 - 10.0.0.2",
  ])
  func whatIsNoRangeHasNoCount(text: String) {
    #expect(RowValue.addressCount(text) == nil)
  }

  @Test func prefixesOfAPoolAreCounted() {
    #expect(RowValue.prefixCount("2001:db8::/48", length: 64) == 65_536)
    #expect(RowValue.prefixCount("2001:db8::/64", length: 64) == 1)
    #expect(RowValue.prefixCount("::/1", length: 64) == 1 << 63)
    for (text, length) in [
      ("2001:db8::/64", 63), ("::/0", 64), ("2001:db8::/48", 129), ("2001:db8::/48", -1), ("wan", 64), ("", 64),
    ] {
      #expect(RowValue.prefixCount(text, length: length) == nil, "\(text) \(length)")
    }
  }

  @Test func aSizeWithoutAUnitMayBeInKiB() {
    #expect(RowValue.kibibytes("2048") == 2_097_152)
    #expect(RowValue.kibibytes("2048KiB") == 2_097_152)
    #expect(RowValue.kibibytes("1.5MiB") == 1_572_864)
    #expect(RowValue.kibibytes("0") == 0)
    for text in ["", "KiB", "-1", "99999999999999999999", "18446744073709551615", "many"] {
      #expect(RowValue.kibibytes(text) == nil, "\(text)")
    }
  }
}

@Suite struct LocalTimeTests {
  private func epoch(_ text: String, _ zone: String) throws -> Int {
    try #require(RowValue.localTime(text)).epoch(in: try #require(TimeZone(identifier: zone)))
  }

  @Test(arguments: [
    ("1970-01-01 00:00:00", 0), ("2026-05-01 10:11:12", 1_777_630_272), ("may/01/2026 10:11:12", 1_777_630_272),
    ("Dec/31/1999 23:59:59", 946_684_799), ("2024-02-29 00:00:00", 1_709_164_800), ("feb/29/2000 12:00:00", 951_825_600),
    ("9999-12-31 23:59:59", 253_402_300_799), ("2100-03-01 00:00:00", 4_107_542_400),
  ])
  func bothFormsAreRead(text: String, expected: Int) throws {
    #expect(try epoch(text, "UTC") == expected)
  }

  @Test func anyDayIsWhatTheCalendarSays() throws {
    var random = SeededGenerator(seed: 5)
    let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateTimeSeparator(.space).time(
      includingFractionalSeconds: false)
    for _ in 0..<500 {
      let time = Int.random(in: 0...253_402_300_799, using: &random)
      #expect(try epoch(Date(timeIntervalSince1970: Double(time)).formatted(style), "UTC") == time)
    }
  }

  @Test(arguments: [
    "", "never", "2026-05-01", "10:11:12", "2026-05-01 10:11", "2026-05-01T10:11:12", "2026-13-01 00:00:00",
    "2026-02-29 00:00:00",
    "2100-02-29 00:00:00", "2026-04-31 00:00:00", "2026-00-01 00:00:00", "2026-01-00 00:00:00", "1969-12-31 23:59:59",
    "2026-05-01 24:00:00", "2026-05-01 00:60:00", "2026-05-01 00:00:60", "26-05-01 00:00:00", "mai/01/2026 10:11:12",
    "may/1/2026 10:11:12", "05/01/2026 10:11:12", "2026-05-01 10:11:12 ", " 2026-05-01 10:11:12", "2026-05-01  10:11:12",
    "-026-05-01 10:11:12", "2026-05-01 +1:11:12", "may/01 10:11:12",
  ])
  func whatIsNoTimeIsNone(text: String) {
    #expect(RowValue.localTime(text) == nil)
  }

  @Test func summerTimeCounts() throws {
    #expect(try epoch("2025-01-02 00:00:00", "Europe/Riga") == 1_735_768_800)
    #expect(try epoch("2025-07-01 10:11:12", "Europe/Riga") == 1_751_353_872)
    // Summer time began at 03:00 on 30 March 2025 and ended at 04:00 on 26 October; the hour before that end came twice.
    #expect(try epoch("2025-03-30 02:59:59", "Europe/Riga") == 1_743_296_399)
    #expect(try epoch("2025-03-30 04:00:00", "Europe/Riga") == 1_743_296_400)
    #expect(try epoch("2025-10-26 03:00:00", "Europe/Riga") == 1_761_436_800)
    #expect(try epoch("2025-10-26 04:00:00", "Europe/Riga") == 1_761_444_000)
  }

  @Test func offsetsAreRead() {
    #expect(RowValue.zoneOffset("+02:00") == 7200)
    #expect(RowValue.zoneOffset("-03:30") == -12_600)
    #expect(RowValue.zoneOffset("+00:00") == 0)
    for text in ["", "+", "02:00", "+2:00", "+02", "+02:60", "+24:00", "+02:00:00", "+-2:00", "Z"] {
      #expect(RowValue.zoneOffset(text) == nil, "\(text)")
    }
  }

  @Test func theZoneOfADeviceIsItsNameElseItsOffset() {
    func zone(_ row: Row?) -> TimeZone? {
      var answers = MenuAnswers()
      if let row { answers[DeviceClock.query] = .reply(Reply(rows: [row])) }
      return DeviceClock.zone(answers)
    }
    #expect(zone(["time-zone-name": "Europe/Riga", "gmt-offset": "+01:00"])?.identifier == "Europe/Riga")
    #expect(zone(["time-zone-name": "manual", "gmt-offset": "+01:00"])?.secondsFromGMT() == 3600)
    #expect(zone(["time-zone-name": "../../../etc/localtime", "gmt-offset": "-01:00"])?.secondsFromGMT() == -3600)
    #expect(zone(["time-zone-name": "/etc/localtime"]) == nil)
    #expect(zone(["time-zone-name": "Nowhere/Land", "gmt-offset": "noon"]) == nil)
    #expect(zone([:]) == nil)
    #expect(zone(nil) == nil)
  }
}
