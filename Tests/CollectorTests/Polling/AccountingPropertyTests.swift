import Shared
import TestSupport
import Testing

@testable import Collector

/// Whatever happens, the ledger equals what the link has carried, or says that it is a lower bound and never exceeds it.
@Suite struct AccountingPropertyTests {
  @Test(arguments: 0..<100)
  func theLedgerIsTheTruthOrALowerBoundThatSaysSo(seed: Int) throws {
    var world = AccountingWorld(seed: seed)
    world.connect()
    for _ in 0..<500 { happen(&world) }
    world.finish()
    let first = try #require(world.first)
    let truth = (rx: world.carried.rx - first.rx, tx: world.carried.tx - first.tx)
    let sum = (rx: world.ledger.reduce(0) { $0 + $1.rxBytes }, tx: world.ledger.reduce(0) { $0 + $1.txBytes })
    if world.ledger.contains(where: { $0.flags.contains(.reset) }) {
      #expect(sum.rx <= truth.rx)
      #expect(sum.tx <= truth.tx)
    } else {
      #expect(sum.rx == truth.rx)
      #expect(sum.tx == truth.tx)
    }
    expectSound(world)
  }

  /// Without resets nothing is a lower bound: clock steps, crashes and gaps cost no byte, in any order.
  @Test(arguments: 0..<60)
  func withoutResetsEveryByteIsThere(seed: Int) throws {
    var world = AccountingWorld(seed: seed * 3 + 1)
    world.connect()
    for _ in 0..<500 { happen(&world, kinds: [0, 1, 2, 3, 4]) }
    world.finish()
    let first = try #require(world.first)
    #expect(!world.ledger.contains { $0.flags.contains(.reset) })
    #expect(world.ledger.reduce(0) { $0 + $1.rxBytes } == world.carried.rx - first.rx)
    #expect(world.ledger.reduce(0) { $0 + $1.txBytes } == world.carried.tx - first.tx)
    expectSound(world)
  }

  /// One second in the life of a collector; `kinds`: what may happen besides traffic.
  private func happen(_ world: inout AccountingWorld, kinds: [Int] = Array(0...8)) {
    let load = world.isNarrow ? 0.01 : 1
    let chance = Int.random(in: 0..<100, using: &world.generator)
    let kind = chance < 8 ? kinds.randomElement(using: &world.generator) ?? 0 : -1
    switch kind {
    case 0:  // the device is not reachable
      world.pass(Double.random(in: 5...900, using: &world.generator), load: load)
      world.connect()
    case 1:  // kill -9, or a clean stop
      let clean = Bool.random(using: &world.generator)
      world.restart(clean: clean, downFor: Double.random(in: 1...600, using: &world.generator))
    case 2:  // the clock is set, by seconds or by hours
      let most: Double = [30.0, 90.0, 9000.0].randomElement(using: &world.generator) ?? 30
      world.clockError += Double.random(in: -most...most, using: &world.generator)
    case 3:  // readings that were lost between sampling and disk
      for _ in 0..<3 {
        world.pass(1)
        world.sample(isLost: true)
      }
    case 4:  // a reading that is nonsense
      world.pass(1)
      world.sample(shown: (1 << 62, 1 << 61))
    case 5 where world.truth - world.booted > 400:
      world.pass(Double.random(in: 1...60, using: &world.generator), load: load)
      world.reboot()
      world.pass(Double.random(in: 15...120, using: &world.generator), load: load)
      world.connect()
    case 6 where world.rx > 600_000_000 && world.tx > 600_000 && world.rx < 3_000_000_000 || world.rx > 1 << 33:
      // somebody resets the counters
      world.resetCounters()
    case 7 where !world.isNarrow:  // counters of hardware that jump and stay there
      world.rx += 1 << 50
    default: break
    }
    world.pass(Double.random(in: 0.8...1.2, using: &world.generator))
    world.sample()
  }

  private func expectSound(_ world: AccountingWorld) {
    for (row, next) in zip(world.ledger, world.ledger.dropFirst()) {
      #expect(row.start <= next.start, "the ledger never goes back")
      #expect(row.at <= next.at)
    }
    for (_, group) in Dictionary(grouping: world.ledger, by: \.start) {
      #expect(group.reduce(0) { $0 + $1.secondsCovered } <= 300.001)
      #expect(group.filter { !$0.flags.contains(.partial) }.count <= 1, "a bucket ends once")
    }
    for (row, next) in zip(world.archive, world.archive.dropFirst()) { #expect(row.time < next.time, "nor does the archive") }
    // A sample that comes early bears the bytes of its own time only: a quarter more than the link carries is no spike.
    let limit = Double(AccountingWorld.busiest) * 8 * 1.25
    for row in world.archive { #expect((row.rx ?? 0) <= limit && (row.tx ?? 0) <= limit, "no spike") }
  }
}
