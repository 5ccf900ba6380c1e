import HTTPService
import Shared
import Testing

@testable import WebNode

/// Queries and times as requests write them.
@Suite struct ParameterTests {
  static let now = 1_795_200_000.0

  @Test(
    arguments: [
      ("1795199760", 1_795_199_760), ("0", 0), ("1795199760.75", 1_795_199_760.75), ("now", now), ("-6h", now - 21_600),
      ("-90s", now - 90), ("-15m", now - 900), ("-7d", now - 604_800), ("-2w", now - 1_209_600), ("-1y", now - 31_536_000),
      ("2026-11-20T20:36:00Z", 1_795_206_960), ("2026-11-20T22:36:00+02:00", 1_795_206_960),
      ("2026-11-20T20:36:00.500Z", 1_795_206_960.5),
    ])
  func times(text: String, epoch: Double) throws {
    #expect(try TimeWindow.parse("from", text, now: Self.now) == epoch)
  }

  @Test(
    arguments: [
      "", "x", "-", "-6", "-h", "-6q", "6h", "--6h", "-99999999999h", "1e9", "0x10", "nan", "inf", "-1", "+5", "1 2", ".", "1..2",
      "2026-13-01T00:00:00Z", "2026-11-20", "999999999999999", "-200y", "NOW",
    ])
  func noTimes(text: String) { #expect(throws: HTTPProblem.self) { try TimeWindow.parse("from", text, now: Self.now) } }

  @Test(
    arguments: [
      ("", 3600, true), ("range=6h", 21_600, true), ("from=-2h", 7200, true), ("from=-2h&to=-1h", 3600, true),
      ("from=100&to=200", 100, false), ("from=-1h&to=now", 3600, true), ("from=100.9&to=200.1", 101, false),
    ])
  func windows(query: String, seconds: Int, moves: Bool) throws {
    let window = try TimeWindow(QueryParameters(query), now: Self.now)
    #expect(window.seconds == seconds)
    #expect(window.isMoving == moves)
  }

  @Test(arguments: ["from=200&to=100", "from=100&to=100", "from=now", "range=0s", "range=", "range=x", "range=-1h"])
  func noWindows(query: String) {
    if query == "range=" { return }  // An empty value means not given.
    #expect(throws: HTTPProblem.self) { try TimeWindow(QueryParameters(query), now: Self.now) }
  }

  @Test func queriesAreDecodedStrictly() throws {
    let query = try QueryParameters("a=x%2Fy&b=1+2&c=%E2%82%AC&d&e=&f=1=2")
    #expect(try query.string("a") == "x/y")
    #expect(try query.string("b") == "1 2")
    #expect(try query.string("c") == "€")
    #expect(try query.string("d") == nil)
    #expect(try query.string("e") == nil)
    #expect(try query.string("f") == "1=2")
    for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "%ff=1", "a=%c3%28"] {
      #expect(throws: HTTPProblem.self, "\(bad)") { try QueryParameters(bad) }
    }
    #expect(throws: HTTPProblem.self) { try QueryParameters(String(repeating: "a&", count: 3000)) }
  }

  @Test func numbersKeepTheirLimits() throws {
    let query = try QueryParameters("a=5&b=+5&c=5.0&d=-1&e=0x5")
    #expect(try query.integer("a", in: 1...10, default: 3) == 5)
    #expect(try query.integer("none", in: 1...10, default: 3) == 3)
    for name in ["b", "c", "d", "e"] {
      #expect(throws: HTTPProblem.self) { try query.integer(name, in: 1...10, default: 3) }
    }
    do throws(HTTPProblem) {
      _ = try query.integer("a", in: 6...10, default: 7)
      Issue.record("5 is not in 6...10")
    } catch {
      #expect(error.parameter == "a")
      #expect(error.allowed == "6 to 10")
    }
  }

  @Test func namesSortAsPeopleCount() {
    #expect(NaturalOrder.precedes("ether2", "ether10"))
    #expect(!NaturalOrder.precedes("ether10", "ether2"))
    #expect(NaturalOrder.precedes("ether02", "ether10"))
    #expect(NaturalOrder.precedes("a", "B"))
    #expect(NaturalOrder.precedes("sfp1", "sfp1-lan"))
  }
}
