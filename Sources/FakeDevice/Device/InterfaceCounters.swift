/// The counters of one interface at any time: what a device with these models would show.
struct InterfaceCounters: Sendable {
  let rx: TrafficModel
  let tx: TrafficModel
  /// Mean bytes per packet.
  let rxPacket: Int
  let txPacket: Int
  private let isWrapping: Bool
  /// Epochs at which the counters were zero: each boot and each reset, ascending.
  let origins: [Double]

  init(rx: TrafficData, tx: TrafficData, wrap32: Bool, origins: [Double]) {
    self.rx = TrafficModel(rx)
    self.tx = TrafficModel(tx)
    rxPacket = rx.packet ?? 800
    txPacket = tx.packet ?? 800
    isWrapping = wrap32
    self.origins = origins.sorted()
  }

  /// Raw byte counters at `time`.
  func bytes(at time: Double) -> (rx: UInt64, tx: UInt64) { (rxBytes(at: time), txBytes(at: time)) }

  func rxBytes(at time: Double) -> UInt64 { wrapped(rx.bytes(from: origin(at: time), to: time)) }
  func txBytes(at time: Double) -> UInt64 { wrapped(tx.bytes(from: origin(at: time), to: time)) }
  func rxPackets(at time: Double) -> UInt64 { rx.bytes(from: origin(at: time), to: time) / UInt64(rxPacket) }
  func txPackets(at time: Double) -> UInt64 { tx.bytes(from: origin(at: time), to: time) / UInt64(txPacket) }

  /// A rare event that happens to some of a thousand million packets.
  func rare(_ packets: UInt64, perBillion: UInt64) -> UInt64 { packets / 1_000_000 * perBillion / 1000 }

  /// When the counters that are shown at `time` were zero.
  func origin(at time: Double) -> Double { origins.last { $0 <= time } ?? origins.first ?? time }

  private func wrapped(_ bytes: UInt64) -> UInt64 { isWrapping ? bytes & 0xFFFF_FFFF : bytes }
}
