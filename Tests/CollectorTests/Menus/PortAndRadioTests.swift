import Shared
import Testing

@testable import Collector

/// What the menus about ports, radios and queues ask, and how settings change what they give.
@Suite struct PortAndRadioTests {
  private var context: MenuContext { MenuFixture.context }

  private func words(_ queries: [MenuQuery]) -> [String] { queries.map(\.commandWord) }

  /// Answers with `rows` to queries whose command is a key; the rest is absent.
  private func answers(_ menu: any MenuCollector, _ context: MenuContext, _ rows: [String: [Row]]) -> MenuAnswers {
    var answers = MenuAnswers()
    func add(_ queries: [MenuQuery]) {
      for query in queries {
        answers[query] = rows[query.commandWord].map { .reply(Reply(rows: $0)) } ?? .absent(.noSuchMenu(query))
      }
    }
    add(menu.queries(context))
    add(menu.followUps(answers, context))
    return answers
  }

  private func names(_ samples: MenuSamples) -> Set<String> { Set(samples.families.map(\.name)) }

  @Test func radiosAreNotAskedForBeforeTheDriverIsKnown() {
    #expect(WLAN().queries(context).isEmpty)
    #expect(CAPsMAN().queries(context).isEmpty)
    var context = context
    context.known.version = RouterOSVersion(7, 12)
    context.known.packages = ["routeros", "wifiwave2"]
    #expect(words(WLAN().queries(context)) == ["/interface/wifiwave2/print", "/interface/wifiwave2/registration-table/print"])
    #expect(words(CAPsMAN().queries(context)).allSatisfy { $0.hasPrefix("/interface/wifiwave2/") })
    context.settings.switches[.wirelessClients] = false
    #expect(words(WLAN().queries(context)) == ["/interface/wifiwave2/print"])
  }

  @Test func anotherEntrysManagerIsAskedForItsOwnDriver() {
    var context = context
    context.known.version = RouterOSVersion(7, 16)
    context.known.packages = ["routeros", "wifi-qcom"]
    context.hasRemoteCAPsMAN = true
    let menu = CAPsMAN()
    #expect(words(menu.queries(context)) == ["/system/package/print", "/system/resource/print"])
    let rows: [String: [Row]] = [
      "/system/package/print": [["name": "system"], ["name": "wireless"]],
      "/system/resource/print": [["version": "6.49.18 (long-term)"]],
      "/caps-man/registration-table/print": [["interface": "cap1", "mac-address": "AA:BB:CC:00:00:01"]],
    ]
    let answers = answers(menu, context, rows)
    let followUps = menu.followUps(answers, context)
    #expect(
      Set(words(followUps)) == ["/caps-man/remote-cap/print", "/caps-man/registration-table/print", "/caps-man/interface/print"])
    #expect((menu.queries(context) + followUps).allSatisfy { $0.source == .capsman })
    #expect(names(menu.collect(answers, context)).contains("mktxp_capsman_registrations_count"))
  }

  @Test func aManagerThatDoesNotTellItsDriverIsAskedNothingElse() {
    var context = context
    context.hasRemoteCAPsMAN = true
    let menu = CAPsMAN()
    let answers = answers(menu, context, ["/system/resource/print": [["version": "7.16.2"]]])
    #expect(menu.followUps(answers, context).isEmpty)
    #expect(menu.collect(answers, context).families.isEmpty)
  }

  @Test func clientsOfAccessPointsCanBeLeftOut() throws {
    var fixture = try MenuFixture(MenuFixtures.folder + "/CAPsMAN/6.49.18")
    fixture.context.settings.switches[.capsmanClients] = false
    let families = names(fixture.samples(CAPsMAN()))
    #expect(families.contains("mktxp_capsman_registrations_count"))
    #expect(!families.contains { $0.hasPrefix("mktxp_capsman_clients") })
  }

  @Test func devicesWithoutAUserNeedTheirOwnSwitch() throws {
    var context = context
    let rows: [Row] = [["mac-address": "AA:BB:CC:00:00:01", "user": "mari"], ["mac-address": "AA:BB:CC:00:00:02", "user": ""]]
    func count() -> Int { KidControl().collect(rows, context).families.first?.samples.count ?? 0 }
    #expect(count() == 2)
    context.settings.switches[.kidControlDynamic] = false
    #expect(count() == 1)
    #expect(KidControl().use(context.switches) == .exported)
    context.settings.switches[.kidControlAssigned] = false
    #expect(KidControl().use(context.switches) == .off)
  }

  @Test func portsAreNamedByTheirCommentWhereAskedFor() throws {
    var context = context
    context.nameFormat = .comment
    let poe: [String: [Row]] = [
      "/interface/ethernet/poe/print": [[".id": "*5", "name": "ether5"]],
      "/interface/ethernet/print": [["name": "ether5", "comment": "Camera"]],
      "/interface/ethernet/poe/monitor": [["name": "ether5", "poe-out-power": "2.2W"]],
    ]
    let power = PoE().collect(answers(PoE(), context, poe), context).families.last
    #expect(power?.samples.map { $0.labels["name"] } == ["Camera"])
    let ports: [String: [Row]] = [
      "/interface/ethernet/print": [[".id": "*1", "name": "ether1", "running": "true", "comment": "Uplink"]],
      "/interface/ethernet/monitor": [["name": "ether1", "status": "link-ok"]],
    ]
    let status = EthernetMonitor().collect(answers(EthernetMonitor(), context, ports), context).families.first
    #expect(status?.samples.map { $0.labels["name"] } == ["Uplink"])
  }

  @Test func aPortWhoseReadingIsMissingIsNeitherUpNorDown() {
    let ports: [String: [Row]] = ["/interface/ethernet/print": [[".id": "*1", "name": "ether1", "running": "true"]]]
    #expect(EthernetMonitor().collect(answers(EthernetMonitor(), context, ports), context).families.isEmpty)
  }

  @Test func modemsAreAskedAsTheirVersionWants() {
    var context = context
    let list: [String: [Row]] = ["/interface/lte/print": [[".id": "*1", "name": "lte1"]]]
    func asked() -> [String] {
      let menu = InterfaceLTE()
      return menu.followUps(answers(menu, context, list), context).map {
        $0.words.filter { !$0.hasPrefix("=.proplist") }.joined(separator: " ")
      }
    }
    #expect(asked() == [])
    context.known.version = RouterOSVersion(6, 49)
    #expect(asked() == ["/interface/lte/info =number=*1 =once="])
    context.known.version = RouterOSVersion(7, 1)
    #expect(asked() == ["/interface/lte/monitor =numbers=*1 =once="])
  }

  @Test func aLongListDoesNotBecomeAsManyCommands() {
    var context = context
    context.known.version = RouterOSVersion(7, 16)
    let many: [Row] = (0..<200).map { [".id": "*\($0)", "name": "lte\($0)"] }
    let answers = answers(InterfaceLTE(), context, ["/interface/lte/print": many])
    #expect(InterfaceLTE().followUps(answers, context).count == 64)
    #expect(InterfaceLTE().collect(answers, context).dropped == 136)
  }
}
