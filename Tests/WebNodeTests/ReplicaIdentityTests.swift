import Shared
import Testing

@testable import WebNode

/// Which interfaces of two collectors are one, and which events.
@Suite struct ReplicaIdentityTests {
  private func interface(
    _ key: String, _ name: String, port: String? = nil, mac: String? = nil, type: String? = "ether", former: [String] = []
  ) -> InterfaceIdentity {
    var file = DeviceFile.Interface(name: name)
    file.defaultName = port
    file.mac = mac
    file.type = type
    file.names = former.map { DeviceFile.Interface.Naming(name: $0, from: 1) }
    return InterfaceIdentity(key: key, file: file)
  }

  private func match(_ one: InterfaceIdentity, _ other: InterfaceIdentity) -> Bool {
    InterfaceIdentity.matches(of: [one], among: [other]) == [0]
  }

  @Test func aPortIsTheSameUnderAnyNameKeyAndAddress() {
    #expect(match(interface("a", "wan", port: "ether1", mac: "02:01"), interface("b", "uplink", port: "ether1", mac: "02:01")))
    #expect(match(interface("a", "wan", port: "ether1", mac: "02:01"), interface("b", "wan", port: "ether1", mac: "02:99")))
    #expect(match(interface("a", "wan", port: "ether1"), interface("b", "wan", port: "ether1", mac: "02:99")))
  }

  @Test func twoPortsAreNeverOne() {
    #expect(!match(interface("k", "wan", port: "ether1", mac: "02:01"), interface("k", "wan", port: "ether2", mac: "02:01")))
    #expect(!match(interface("k", "x", type: "vlan"), interface("k", "x", type: "bridge")))
  }

  @Test func aVLANIsNotItsParent() {
    let known = [
      interface("ether1", "ether1", port: "ether1", mac: "02:01"), interface("v", "vlan10", mac: "02:01", type: "vlan"),
    ]
    let mine = [interface("x", "vlan10", mac: "02:01", type: "vlan"), interface("y", "ether1", port: "ether1", mac: "02:01")]
    #expect(InterfaceIdentity.matches(of: mine, among: known) == [1, 0])
  }

  @Test func aRenameThatOnlyOneSawIsFollowed() {
    #expect(match(interface("a", "guests", type: "vlan", former: ["vlan10"]), interface("b", "vlan10", type: "vlan")))
    #expect(match(interface("b", "vlan10", type: "vlan"), interface("a", "guests", type: "vlan", former: ["vlan10"])))
    // Two that shared a name at some time are two.
    #expect(
      !match(interface("b", "new", type: "vlan", former: ["vlan10"]), interface("a", "guests", type: "vlan", former: ["vlan10"])))
  }

  @Test func aPresentNameComesBeforeAFormerOne() {
    let known = [interface("a", "guests", type: "vlan", former: ["vlan10"]), interface("c", "vlan10", type: "vlan")]
    #expect(InterfaceIdentity.matches(of: [interface("b", "vlan10", type: "vlan")], among: known) == [1])
  }

  @Test func eachIsMatchedOnce() {
    let known = [interface("a", "twin"), interface("b", "twin")]
    let matches = InterfaceIdentity.matches(
      of: [interface("a", "twin"), interface("b", "twin"), interface("c", "twin")], among: known)
    #expect(matches.compactMap { $0 }.count == Set(matches.compactMap { $0 }).count)
    #expect(matches.count { $0 == nil } >= 1)
  }

  @Test func withoutAFileTheKeyIsWhatThereIs() {
    #expect(match(InterfaceIdentity(key: "ether1", file: nil), interface("ether1", "wan", port: "ether1")))
    #expect(!match(InterfaceIdentity(key: "ether1", file: nil), interface("ether2", "ether1", port: "ether1")))
  }

  // MARK: Events

  private func line(_ t: Double, _ kind: EventLine.Kind, _ text: String) -> (line: EventLine, interface: String?) {
    (EventLine(t: t, kind: kind, interface: nil, text: text), nil)
  }

  private func merged(_ lists: [(line: EventLine, interface: String?)]...) -> [EventMerge.Entry] {
    var merge = EventMerge()
    for (index, list) in lists.enumerated() { merge.add(list, of: "edge-\(index + 1)") }
    return merge.entries
  }

  @Test func aRebootThatTwoCollectorsSawIsOne() {
    // The second one's connection came back a good while later.
    let entries = merged(
      [line(1000, .reboot, "the device rebooted 12 s ago")], [line(1095, .reboot, "the device rebooted 108 s ago")])
    #expect(entries.map(\.line.t) == [1000])
    #expect(entries[0].collectors == ["edge-1", "edge-2"])
  }

  @Test func twoRebootsAreTwo() {
    let one = [line(1000, .reboot, "the device rebooted 12 s ago"), line(1070, .reboot, "the device rebooted 9 s ago")]
    let two = [line(1003, .reboot, "the device rebooted 15 s ago"), line(1071, .reboot, "the device rebooted 10 s ago")]
    #expect(merged(one, two).map(\.line.t) == [1000, 1070])
    #expect(merged(one).count == 2)
  }

  @Test func aFlappingLinkKeepsEachOfItsTurns() {
    func flaps(_ shift: Double) -> [(line: EventLine, interface: String?)] {
      (0..<6).map { line(1000 + Double($0) * 10 + shift, .link, $0.isMultiple(of: 2) ? "ether1: link down" : "ether1: link up") }
    }
    #expect(merged(flaps(0), flaps(2.5)).map(\.line.t) == flaps(0).map(\.line.t))
    #expect(merged(flaps(0), flaps(2.5)).allSatisfy { $0.collectors.count == 2 })
  }

  @Test func whatOnlyOneSawStays() {
    let entries = merged(
      [line(1000, .gap, "no samples for 31 s (timeout): the counters close the gap")],
      [
        line(1002, .gap, "no samples for 29 s (timeout): the counters close the gap"),
        line(1500, .gap, "no samples for 40 s (refused): the counters close the gap"),
      ])
    #expect(entries.map(\.line.t) == [1000, 1500])
    #expect(entries[1].collectors == ["edge-2"])
  }
}
