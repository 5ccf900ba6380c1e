import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct SizePlanTests {
  private func plan(_ retention: Retention, interfaces: Int?, existing: Int = 0, free: Int) -> SizePlan {
    SizePlan(
      devices: [
        .init(
          device: "gw", retention: retention.name, bytesPerArchive: retention.bytes, interfaces: interfaces, existing: existing,
          existingBytes: existing * retention.bytes)
      ], freeBytes: free, retentions: Retention.builtIn)
  }

  @Test func countsOnlyWhatIsStillMissing() {
    let plan = plan(.standard, interfaces: 10, existing: 4, free: 1 << 40)
    #expect(plan.totalBytes == 10 * Retention.standard.bytes)
    #expect(plan.neededBytes == 6 * Retention.standard.bytes)
    #expect(plan.fits)
  }

  @Test func saysPlainlyThatItDoesNotFitAndWhatWould() {
    let plan = plan(.full, interfaces: 2, free: 2 * Retention.standard.bytes)
    #expect(!plan.fits)
    let lines = plan.verdict { "\($0)" }
    #expect(lines[0] == "it does not fit: 2886477184 still to be taken, 167223808 free, 2719253376 short")
    #expect(lines[1] == "the new archives would fit with retention = standard (83611904 each), and smaller: compact")
    #expect(self.plan(.full, interfaces: 2, free: 10).verdict { "\($0)" }[1].hasPrefix("no retention fits"))
  }

  @Test func toTheByte() {
    #expect(plan(.compact, interfaces: 1, free: Retention.compact.bytes).fits)
    #expect(!plan(.compact, interfaces: 1, free: Retention.compact.bytes - 1).fits)
  }

  @Test func unknownIsSaidAndNotZero() throws {
    let plan = plan(.standard, interfaces: nil, free: 1 << 40)
    #expect(plan.devices[0].total == nil)
    #expect(plan.verdict { "\($0)" }.last == "not counted, since never reached: gw; give --interfaces N to count them")
    let json = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(plan)) as? [String: Any])
    let device = try #require((json["devices"] as? [[String: Any]])?.first)
    #expect(device["interfaces"] is NSNull)
    #expect(json["unknown"] as? [String] == ["gw"])
  }

  @Test func looksAtWhatIsThere() throws {
    let rig = try StorageRig()
    let plan = try SizePlan(rig.context, .init(retention: .standard))
    #expect(plan.devices.map(\.device) == ["gw"])
    #expect(plan.devices[0].existing == 1)
    #expect(plan.devices[0].interfaces == 1)
    #expect(plan.neededBytes == 0)
    #expect(plan.totalBytes == plan.devices[0].bytesPerArchive)
    let assumed = try SizePlan(rig.context, .init(interfaces: 5, retention: .standard))
    #expect(assumed.neededBytes == 4 * assumed.devices[0].bytesPerArchive)
  }

  @Test func migrationCountsItsWorstMoment() throws {
    let rig = try StorageRig()
    let wanted = try #require(rig.context.retentions["other"])
    let plan = try MigrationPlan(rig.context, devices: ["gw"], retention: wanted)
    #expect(plan.items.map(\.name) == [StorageRig.archive])
    #expect(plan.peakBytes == wanted.bytes)
    #expect(plan.growth == wanted.bytes - (try rig.bytes(StorageRig.archive).count))
    #expect(try MigrationPlan(rig.context, devices: [], retention: nil).unchanged == 1)
    #expect(throws: MigrationPlan.Refusal.self) { try MigrationPlan(rig.context, devices: ["gone"], retention: nil) }
  }
}
