import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct ReleaseFeedTests {
  private static func feed(_ titles: String...) -> [UInt8] {
    let items = titles.map { "<item>\n<title>\($0)</title><description>What's new in 9.99: …</description></item>" }
    return Array("<?xml version=\"1.0\"?><rss><channel><title>RouterOS 9.1</title>\(items.joined())</channel></rss>".utf8)
  }

  @Test func theHighestVersionOfTheItemsCounts() {
    #expect(ReleaseFeed.newest(in: Self.feed("RouterOS 7.9.2 [stable]", "RouterOS 7.16.2 [stable]", "RouterOS 7.16")) == "7.16.2")
    #expect(ReleaseFeed.newest(in: Self.feed("<![CDATA[RouterOS 7.17rc1 [testing]]]>", "7.17beta6")) == "7.17rc1")
  }

  @Test(arguments: [
    ("RouterOS 7.16.2 [stable]", "7.16.2"), ("v7.17beta2", "7.17beta2"), ("2 fixes in 6.49.10", "6.49.10"), ("7", nil), ("", nil),
    ("99999999999999999999", nil), ("…", nil), ("7.16\u{0}\"} 1", "7.16"),
  ])
  func aVersionIsFoundInATitle(title: String, expected: String?) {
    #expect(ReleaseFeed.version(in: title.utf8) == expected)
  }

  @Test func whatIsNoFeedHasNoVersion() {
    for text in [
      "", "<", "<item", "<item>", "<item><title>", "<item><title", "<title>7.1</title>", "<item></item><title>7.1</title>",
      "</title><item></title>", "<html><title>404 7.1</title></html>", "{\"item\": \"7.16\"}", "<item><title></item>7.1</title>",
    ] {
      #expect(ReleaseFeed.newest(in: Array(text.utf8)) == nil, "\(text)")
    }
    let long = Self.feed(String(repeating: "x", count: ReleaseFeed.titleLimit) + " 7.16")
    #expect(ReleaseFeed.newest(in: long) == nil)
  }

  @Test func mutatedFeedsGiveAVersionOrNone() {
    var generator = SeededGenerator(seed: 7)
    let whole = Self.feed("RouterOS 7.16.2 [stable]", "RouterOS 7.17beta2 [testing]")
    for _ in 0..<2000 {
      var feed = whole
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        feed[Int.random(in: feed.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      feed.removeLast(Int.random(in: 0...feed.count / 2, using: &generator))
      if let newest = ReleaseFeed.newest(in: feed) { #expect(RouterOSVersion(newest) != nil, "\(newest)") }
    }
  }

  @Test(arguments: [
    ("7.16.1 (stable)", "stable"), ("7.17beta2 (testing)", "testing"), ("6.49.10 (stable+long-term)", "stable"),
    ("7.16", "stable"),
    ("6.49.18 (long-term)", "long-term"), ("7.18 (development)", "development"), ("7.18 (../x)", nil),
  ])
  func aDeviceIsOnTheChannelItNames(version: String, channel: String?) throws {
    #expect(ReleaseChannel(try #require(RouterOSVersion(version)))?.rawValue == channel)
  }

  @Test func anAddressNamesTheChannel() throws {
    #expect(ReleaseFeedURL.standard[.longTerm] == "https://cdn.mikrotik.com/routeros/latest-long-term.rss")
    #expect(try ReleaseFeedURL("http://mirror/{channel}/x")[.stable] == "http://mirror/stable/x")
    for text in ["https://mirror/stable.rss", "ftp://mirror/{channel}", "{channel}", "no"] {
      #expect(throws: ConfigProblem.self, "\(text)") { try ReleaseFeedURL(text) }
    }
  }
}

@Suite struct ReleaseScheduleTests {
  @Test func aChannelIsFetchedAtOnceAndThenHourly() {
    var schedule = ReleaseSchedule()
    #expect(schedule.next == nil)
    let (nothing, isNews) = schedule.ask(.stable, now: 0)
    #expect(nothing == nil && isNews)
    let answer1 = schedule.ask(.stable, now: 1)
    #expect(answer1.isNews == false)
    let answer2 = schedule.due(now: 1)
    #expect(answer2 == [.stable])
    let hadFailed = schedule.succeeded(.stable, newest: "7.17", now: 2, chance: 0)
    #expect(!hadFailed)
    let answer3 = schedule.ask(.stable, now: 3601)
    #expect(answer3.newest == "7.17")
    let answer4 = schedule.due(now: 3601)
    #expect(answer4 == [])
    #expect(schedule.next == 3602)
    let answer5 = schedule.due(now: 3602)
    #expect(answer5 == [.stable])
  }

  @Test func failuresKeepWhatIsKnownAndAreSpacedOut() {
    var schedule = ReleaseSchedule()
    _ = schedule.ask(.testing, now: 0)
    _ = schedule.succeeded(.testing, newest: "7.17", now: 0, chance: 1)
    #expect((3959...3961).contains(schedule.next ?? 0))
    var (delays, isTold): ([Double], [Bool]) = ([], [])
    for _ in 0..<9 {
      isTold.append(schedule.failed(.testing, now: 0, chance: 0))
      delays.append(schedule.next ?? 0)
    }
    #expect(isTold == [true] + Array(repeating: false, count: 8))
    #expect(delays == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
    #expect(schedule.versions == [.testing: "7.17"])
    let hadFailed = schedule.succeeded(.testing, newest: "7.18", now: 0, chance: 0)
    let isFirst = schedule.failed(.testing, now: 0, chance: 0)
    #expect(hadFailed && isFirst && schedule.next == 60)
  }

  @Test func aChannelThatNobodyAsksForIsGivenUp() {
    var schedule = ReleaseSchedule()
    _ = schedule.ask(.stable, now: 0)
    _ = schedule.ask(.longTerm, now: 3000)
    _ = schedule.succeeded(.stable, newest: "7.17", now: 0, chance: 0)
    let answer6 = schedule.due(now: 4001)
    #expect(answer6 == [.longTerm])
    #expect(schedule.versions.isEmpty)
    // A fetch that was under way brings it back for nobody.
    _ = schedule.succeeded(.stable, newest: "7.17", now: 4001, chance: 0)
    #expect(schedule.versions.isEmpty)
  }
}
