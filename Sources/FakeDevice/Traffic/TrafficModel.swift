internal import Foundation

/// The bytes of one direction of one interface as an exact function of time.
///
/// The total at each whole second is a whole number; between whole seconds it grows evenly. So the average of any second is
/// known to the byte, any instant costs the same, and no instant is less than an earlier one. The linear parts are integers
/// and only bounded displacements are floating point: precision does not fade with the years.
struct TrafficModel: Sendable, Equatable {
  /// A fixed amount moved evenly between two instants: what tests use as known truth.
  struct Burst: Sendable, Equatable, Codable {
    /// Epoch seconds, whole.
    var from: Int
    var to: Int
    var bytes: UInt64
  }

  /// Totals count from here (2023-11-14), so that they stay small numbers.
  static let reference = 1_700_000_000
  /// Seconds before and after the reference (1995 to 2052) in which there is traffic; outside, totals stand still.
  static let reach = 900_000_000
  /// Highest mean rate of any part, bytes per second: such parts over the whole reach still are 64-bit numbers.
  static let rateLimit: UInt64 = 1 << 32

  private let base: Int
  private let noise: SmoothNoise
  private let day: Wave
  private let week: Wave
  private let downloads: Downloads?
  private let bursts: [Burst]

  /// The model of checked `data`.
  init(_ data: TrafficData) {
    base = Int(data.base)
    let seed = Hash.seed(data.seed ?? "")
    noise = SmoothNoise(strength: data.noise ?? 0, seed: seed)
    day = Wave(period: 86400, amplitude: (data.day ?? 0) * Double(base), peak: (data.dayPeak ?? 19) * 3600)
    // The reference weeks of Unix time begin on a Thursday; the peak is on a Tuesday.
    week = Wave(period: 604_800, amplitude: (data.week ?? 0) * Double(base), peak: 5.5 * 86400)
    downloads = data.downloads.map { Downloads(every: $0.every, bytes: Int($0.bytes), seed: seed ^ 0x5DEE_CE66) }
    bursts = data.bursts ?? []
  }

  /// Bytes since the reference at any time; only differences mean something before it.
  func total(at time: Double) -> Int {
    // Far outside the reach anyway, and within what an integer holds.
    let time = min(max(time, 0), 1e12)
    let second = time.rounded(.down)
    let start = total(second: Int(second))
    let fraction = time - second
    guard fraction > 0 else { return start }
    return start + Int((Double(total(second: Int(second) + 1) - start) * fraction).rounded(.down))
  }

  /// Bytes since the reference, which must not lie behind `time`.
  func bytes(at time: Double) -> UInt64 { UInt64(max(0, total(at: time) - total(second: Self.reference))) }

  /// Bytes from one time to a later one.
  func bytes(from: Double, to: Double) -> UInt64 { UInt64(max(0, total(at: to) - total(at: from))) }

  /// Mean rate in bit/s.
  func averageRate(from: Double, to: Double) -> Double {
    to > from ? Double(bytes(from: from, to: to)) * 8 / (to - from) : 0
  }

  /// Bytes since the reference at a whole second.
  func total(second: Int) -> Int {
    let second = min(max(second, Self.reference - Self.reach), Self.reference + Self.reach)
    let elapsed = second - Self.reference
    let displacement = noise.displacement(at: second)
    let warped = Double(elapsed) + displacement
    var whole = base * elapsed
    var part = Double(base) * displacement + day.integral(at: warped) + week.integral(at: warped)
    if let downloads {
      let moved = downloads.total(at: warped)
      whole += moved.whole
      part += moved.part
    }
    for burst in bursts where second > burst.from {
      whole += burst.to <= second ? Int(burst.bytes) : Int(Self.share(burst, second))
    }
    return whole + Int(part.rounded(.down))
  }

  private static func share(_ burst: Burst, _ second: Int) -> UInt64 {
    let (high, low) = burst.bytes.multipliedFullWidth(by: UInt64(second - burst.from))
    return UInt64(burst.to - burst.from).dividingFullWidth((high, low)).quotient
  }
}

/// A rate that swings around zero, as its integral.
private struct Wave: Sendable, Equatable {
  let omega: Double
  let scale: Double
  let shift: Double

  /// - Parameters:
  ///   - period: seconds.
  ///   - amplitude: bytes per second.
  ///   - peak: seconds into the period, in Unix time, at which the rate is highest.
  init(period: Int, amplitude: Double, peak: Double) {
    omega = 2 * .pi / Double(period)
    scale = amplitude / omega
    shift = Double(TrafficModel.reference % period) - peak
  }

  /// Bytes from the reference to `time`, seconds since the reference.
  func integral(at time: Double) -> Double { scale == 0 ? 0 : scale * sin(omega * (time + shift)) }
}

/// One download in each slot of time: always the same amount, at a time and of a length that differ from slot to slot.
private struct Downloads: Sendable, Equatable {
  let every: Int
  let bytes: Int
  let seed: UInt64

  func total(at time: Double) -> (whole: Int, part: Double) {
    let slot = (time / Double(every)).rounded(.down)
    let inside = (time - slot * Double(every)) / Double(every)
    let index = Int(slot)
    let lengthHash = Hash.unit(seed, index)
    let length = 0.02 + 0.5 * lengthHash * lengthHash
    let start = Hash.unit(~seed, index) * (1 - length)
    let progress = min(max((inside - start) / length, 0), 1)
    return (index * bytes, progress * Double(bytes))
  }
}
