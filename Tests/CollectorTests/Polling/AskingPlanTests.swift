import Shared
import Testing

@testable import Collector

/// A menu of a test: what it asks, in turn.
struct TestMenu: MenuCollector {
  var path: String
  var needs: DeviceKnowledge.Parts = []
  var first = 1
  var then = 0
  let metrics: [Metric] = []

  func queries(_ context: MenuContext) -> [MenuQuery] { Self.queries(path, 0..<first) }
  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] { Self.queries(path, first..<first + then) }
  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples { MenuSamples() }

  private static func queries(_ path: String, _ numbers: Range<Int>) -> [MenuQuery] {
    numbers.map { MenuQuery(path: path, queries: ["n=\($0)"]) }
  }
}

@Suite struct AskingPlanTests {
  private let context = MenuContext(device: "gw", address: "192.0.2.1")
  private let began = ContinuousClock.now
  private let reply = MenuAnswers.Answer.reply(Reply(rows: []))

  private func plan(_ menus: any MenuCollector...) -> AskingPlan { AskingPlan(menus, context) }

  private func names(_ questions: [AskingPlan.Question]) -> [String] {
    questions.map { $0.query.path + ($0.query.queries.first.map { " " + $0 } ?? "") }
  }

  @Test func noMoreQuestionsThanWantedInTheOrderOfTheMenus() {
    var plan = plan(TestMenu(path: "/a", first: 2), TestMenu(path: "/b"), TestMenu(path: "/c", first: 3))
    let one = plan.next(2, at: began)
    #expect(names(one) == ["/a n=0", "/a n=1"])
    #expect(names(plan.next(2, at: began)) == ["/b n=0", "/c n=0"])
    #expect(plan.underWay == 4 && !plan.isOver)
    #expect(names(plan.next(9, at: began)) == ["/c n=1", "/c n=2"])
    #expect(plan.next(9, at: began).isEmpty)
  }

  @Test func followUpsComeWithTheLastAnswerAndBeforeMenusThatAreNotBegun() {
    var plan = plan(TestMenu(path: "/a", first: 2, then: 2), TestMenu(path: "/b"), TestMenu(path: "/c"))
    let asked = plan.next(2, at: began)
    plan.take(reply, to: asked[1], at: began)
    #expect(names(plan.next(1, at: began)) == ["/b n=0"])
    plan.take(reply, to: asked[0], at: began)
    #expect(plan.takeFinished().isEmpty)
    #expect(names(plan.next(9, at: began)) == ["/a n=2", "/a n=3", "/c n=0"])
  }

  @Test func aMenuIsDoneWithItsLastAnswerAndGivenOnce() {
    var plan = plan(TestMenu(path: "/a", then: 1), TestMenu(path: "/b"))
    let asked = plan.next(9, at: began)
    plan.take(reply, to: asked[1], at: began + .seconds(1))
    #expect(plan.takeFinished().map(\.menu.path) == ["/b"])
    plan.take(reply, to: asked[0], at: began + .seconds(2))
    let last = plan.next(9, at: began + .seconds(2))
    plan.take(reply, to: last[0], at: began + .seconds(5))
    let done = plan.takeFinished()
    #expect(done.map(\.menu.path) == ["/a"] && done[0].seconds == 5 && done[0].answers.replies.count == 2)
    #expect(plan.isOver && plan.underWay == 0 && plan.takeFinished().isEmpty)
  }

  @Test func menusThatAreDoneTogetherAreInTheirOrder() {
    var plan = plan(TestMenu(path: "/a"), TestMenu(path: "/b"), TestMenu(path: "/c"))
    for question in plan.next(9, at: began).reversed() { plan.take(reply, to: question, at: began) }
    #expect(plan.takeFinished().map(\.menu.path) == ["/a", "/b", "/c"])
  }

  @Test func whatNeedsAnotherIsAskedAfterItAndTheRestIsNotHeldUp() throws {
    var plan = plan(SystemResource(), TestMenu(path: "/needs", needs: .version), TestMenu(path: "/free"))
    let asked = plan.next(9, at: began)
    #expect(asked.map(\.query.path) == ["/system/resource", "/free"])
    plan.take(reply, to: asked[1], at: began)
    #expect(plan.next(9, at: began).isEmpty)
    plan.take(.reply(Reply(rows: [["version": "6.49.10 (long-term)"]])), to: asked[0], at: began)
    #expect(names(plan.next(9, at: began)) == ["/needs n=0"])
  }

  @Test func whatOneMenuTellsOthersAskBy() throws {
    var plan = plan(SystemResource(), BGP())
    let asked = plan.next(9, at: began)
    plan.take(.reply(Reply(rows: [["version": "6.49.10 (long-term)"]])), to: try #require(asked.first), at: began)
    #expect(plan.next(9, at: began).map(\.query.path) == ["/routing/bgp/peer"])
  }

  @Test(arguments: [true, false]) func aMenuThatFailsHoldsNobodyUpForGood(isAbsent: Bool) throws {
    var plan = plan(DHCPLease(), TestMenu(path: "/needs", needs: .leases))
    let asked = plan.next(9, at: began)
    #expect(asked.count == 1)
    let error = RouterOSError.noSuchMenu(asked[0].query)
    plan.take(isAbsent ? .absent(error) : .failed(error), to: asked[0], at: began)
    #expect(names(plan.next(9, at: began)) == ["/needs n=0"])
  }

  @Test func aNeedThatNothingWillMeetIsNoneAndOneThatComesTooLateEndsTheWait() {
    var alone = plan(TestMenu(path: "/needs", needs: .leases))
    #expect(names(alone.next(9, at: began)) == ["/needs n=0"])
    struct Circle: MenuCollector {
      let path = "/system/package"
      let needs: DeviceKnowledge.Parts = .packages
      let metrics: [Metric] = []
      func queries(_ context: MenuContext) -> [MenuQuery] { [MenuQuery(path: path)] }
      func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples { MenuSamples() }
    }
    var circle = plan(Circle())
    #expect(circle.next(9, at: began).count == 1)
  }

  @Test func aMenuWithNothingToAskIsDoneAtOnceAndTookNoTime() {
    var plan = plan(TestMenu(path: "/a", first: 0), TestMenu(path: "/b", first: 0))
    #expect(plan.next(9, at: began).isEmpty && plan.isOver)
    #expect(plan.takeFinished().map(\.seconds) == [0, 0])
  }

  @Test func aQueryThatAMenuWantsTwiceIsAskedOnce() {
    struct Twice: MenuCollector {
      let path = "/a"
      let metrics: [Metric] = []
      func queries(_ context: MenuContext) -> [MenuQuery] { [MenuQuery(path: path), MenuQuery(path: path)] }
      func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] { [MenuQuery(path: path)] }
      func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples { MenuSamples() }
    }
    var plan = plan(Twice())
    let asked = plan.next(9, at: began)
    #expect(asked.count == 1)
    plan.take(reply, to: asked[0], at: began)
    #expect(plan.isOver)
  }

  // MARK: Which menus need what

  @Test func whoTellsComesBeforeWhoNeeds() {
    var told: DeviceKnowledge.Parts = []
    for menu in MenuRegistry.all {
      #expect(told.isSuperset(of: menu.needs), "\(menu.path) is asked before what it needs is told")
      #expect(menu is any SingleMenu || DeviceKnowledge.parts(toldBy: menu.path).isEmpty)
      told.formUnion(DeviceKnowledge.parts(toldBy: menu.path))
    }
    #expect(told == [.version, .packages, .leases])
  }

  /// A menu whose questions or samples change with what others tell must say so, or it is asked beside them.
  @Test(arguments: MenuGoldenTests.fixtures) func aMenuSaysWhatItNeeds(_ fixture: MenuGoldenTests.Fixture) throws {
    let menu = fixture.menu
    let full = try MenuFixture(fixture.path)
    let changes: [(DeviceKnowledge.Parts, (inout DeviceKnowledge) -> Void)] = [
      (.version, { $0.version = $0.version.map { $0.major < 7 ? RouterOSVersion(7, 20) : RouterOSVersion(6, 40) } }),
      (.packages, { $0.packages = $0.packages == nil ? ["wifiwave2"] : nil }), (.leases, { $0.leases = LeaseTable() }),
    ]
    for (part, change) in changes where !menu.needs.contains(part) {
      var other = full
      change(&other.context.known)
      #expect(other.context.known != full.context.known)
      #expect(other.samples(menu, asksForAll: false) == full.samples(menu, asksForAll: false), "\(part)")
      #expect(menu.queries(other.context) == menu.queries(full.context), "\(part)")
    }
  }
}

@Suite struct AskingPaceTests {
  @Test func aQuickDeviceGetsMoreQuestionsUpToTheLimit() {
    var pace = AskingPace()
    #expect(pace.limit == 2)
    for _ in 0..<20 { pace.answered(after: 0.001) }
    #expect(pace.limit == AskingPace.range.upperBound)
  }

  @Test func theWayThereAndBackIsNoWork() {
    var pace = AskingPace()
    for _ in 0..<20 { pace.answered(after: 0.6) }
    #expect(pace.limit == 8)
  }

  /// A device that works on one command at a time: how long a further one would have waited at worst, once the pace is known.
  private func longestWait(work: Double, way: Double) -> (seconds: Double, limit: Int) {
    var pace = AskingPace()
    var (now, free, longest, widest) = (0.0, 0.0, 0.0, 0)
    var underWay: [(sent: Double, due: Double)] = []
    for answer in 0..<400 {
      if underWay.count <= pace.limit / 2 {
        while underWay.count < pace.limit {
          free = max(free, now + way / 2) + work
          underWay.append((now, free + way / 2))
        }
      }
      if answer > 40 {
        longest = max(longest, free - now)
        widest = max(widest, underWay.count)
      }
      let next = underWay.removeFirst()
      now = next.due
      pace.answered(after: next.due - next.sent)
    }
    return (longest, widest)
  }

  @Test(arguments: [0, 0.2]) func theCountersWaitForLittleWorkWhateverTheDevice(way: Double) {
    #expect(longestWait(work: 0.002, way: way).limit == 8)
    for work in [0.005, 0.02, 0.05, 0.3] {
      let wait = longestWait(work: work, way: way).seconds - way / 2
      // What patience allows and the quickest answer takes, and as much again as is sent before that is noticed; or the least there is.
      #expect(wait <= max(2 * (AskingPace.patience + work), 4 * work) + 1e-9, "\(work): \(wait)")
      if work > 0.01 { #expect(wait < 8 * work) }
    }
  }

  @Test func questionsThatHangLeaveRoomForAnother() {
    var pace = AskingPace()
    for seconds in [0.001, 10, 10, 10, 10] { pace.answered(after: seconds) }
    #expect(pace.limit == 2)
  }
}
