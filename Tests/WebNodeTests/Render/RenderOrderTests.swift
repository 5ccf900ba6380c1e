import NIOCore
import Shared
import TestSupport
import Testing

@testable import WebNode

/// What travels to a drawing process and back.
@Suite struct RenderOrderTests {
  static let start = 1_800_000_000

  static func series(_ count: Int = 100, step: Int = 60) -> Series {
    var values: [Double] = []
    for index in 0..<count { values.append(index % 17 == 0 ? .nan : 1e6 * Double(2 + index % 9)) }
    let rates = values
    func scaled(_ factor: Double) -> [Double] { rates.map { $0 * factor } }
    func band(_ factor: Double) -> Series.Band {
      Series.Band(avg: scaled(factor), max: scaled(factor * 2), min: scaled(factor / 2), known: [])
    }
    return Series(t0: start, step: step, rx: band(1), tx: band(0.3))
  }

  static func order(width: Int = 400, title: String = "Office 100% \u{202E}žņ 🛰", extra: [String] = []) -> RenderOrder {
    RenderOrder(
      start: start, end: start + 6000,
      arguments: [
        "--imgformat", "PNG", "--width", String(width), "--height", "120", "--title", title, "DEF:in=cb//g:rx:AVERAGE",
        "DEF:peak=cb//g:rx:MAX", "LINE1:in#00aa55:in", "LINE1:peak#2277cc",
      ] + extra, rows: ["g": series()])
  }

  @Test func comesBackAsItWas() throws {
    var order = Self.order()
    order.rows["other/one"] = Self.series(3, step: 1)
    let back = try #require(RenderOrder(decoding: order.encoded()))
    #expect(back.start == order.start && back.end == order.end && back.arguments == order.arguments)
    #expect(back.rows.keys.sorted() == ["g", "other/one"])
    for (name, series) in order.rows {
      let other = try #require(back.rows[name])
      #expect(other.t0 == series.t0 && other.step == series.step)
      for (ours, theirs) in [
        (series.rx.avg, other.rx.avg), (series.rx.max, other.rx.max), (series.rx.min, other.rx.min),
        (series.tx.avg, other.tx.avg), (series.tx.max, other.tx.max), (series.tx.min, other.tx.min),
      ] {
        #expect(ours.map(\.bitPattern) == theirs.map(\.bitPattern))
      }
    }
  }

  @Test func anOrderCutShortOrWithARemainderIsNone() {
    let bytes = RenderOrderTests.order().encoded()
    for length in 0..<bytes.readableBytes {
      #expect(RenderOrder(decoding: bytes.getSlice(at: bytes.readerIndex, length: length) ?? ByteBuffer()) == nil)
    }
    var longer = bytes
    longer.writeInteger(UInt8(0))
    #expect(RenderOrder(decoding: longer) == nil)
  }

  @Test func countsThatLieAllocateNothing() {
    var generator = SeededGenerator(seed: 11)
    let bytes = Array(RenderOrderTests.order().encoded().readableBytesView)
    for _ in 0..<2000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        changed[Int.random(in: 0..<min(600, changed.count), using: &generator)] = .random(in: 0...255, using: &generator)
      }
      // Whatever it is taken for, it is taken for no more than came.
      if let order = RenderOrder(decoding: ByteBuffer(bytes: changed)) {
        #expect(order.rows.values.reduce(0) { $0 + $1.count * 48 } <= bytes.count)
      }
    }
  }

  @Test func framesAreToldFromOtherBytes() {
    for kind in [RenderFrame.Kind.order, .picture, .refusal] {
      let parsed = RenderFrame.parse(RenderFrame.header(kind, length: 7))
      #expect(parsed?.kind == kind && parsed?.length == 7)
    }
    let good = Array(RenderFrame.header(.picture, length: 7).readableBytesView)
    for index in 0..<8 {
      var bad = good
      bad[index] ^= 0x40
      #expect(RenderFrame.parse(ByteBuffer(bytes: bad)) == nil)
    }
    #expect(RenderFrame.parse(RenderFrame.header(.picture, length: RenderFrame.limit + 1)) == nil)
    #expect(RenderFrame.parse(ByteBuffer(bytes: good.dropLast())) == nil)
  }
}
