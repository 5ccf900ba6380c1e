/// What the data file says about the traffic of one direction. See `docs/fake-device.md`.
struct TrafficData: Codable, Sendable, Equatable {
  /// One download in each slot of `every` seconds, `bytes` each time.
  struct Downloads: Codable, Sendable, Equatable {
    var every: Int
    var bytes: UInt64
  }

  /// Mean rate in bytes per second, without downloads and bursts; 0: only those.
  var base: UInt64
  /// How much the rate rises and falls over the day and the week, as a share of `base`; together below 1.
  var day: Double?
  var week: Double?
  /// UTC hour at which the day's rate is highest; 19 unless given.
  var dayPeak: Double?
  /// Bound of the quick relative changes, 0 to 0.95.
  var noise: Double?
  var downloads: Downloads?
  var bursts: [TrafficModel.Burst]?
  /// Mean bytes per packet, 800 unless given.
  var packet: Int?
  /// Directions with the same seed move together; the name of interface and direction unless given.
  var seed: String?

  /// No traffic at all.
  static let none = TrafficData(base: 0)

  init(
    base: UInt64, day: Double? = nil, week: Double? = nil, dayPeak: Double? = nil, noise: Double? = nil,
    downloads: Downloads? = nil, bursts: [TrafficModel.Burst]? = nil, packet: Int? = nil, seed: String? = nil
  ) {
    self.base = base
    self.day = day
    self.week = week
    self.dayPeak = dayPeak
    self.noise = noise
    self.downloads = downloads
    self.bursts = bursts
    self.packet = packet
    self.seed = seed
  }

  /// Why these numbers cannot be a counter that never goes down; `nil` when they can.
  var problem: String? {
    let shares = [("day", day), ("week", week), ("noise", noise)]
    for (name, share) in shares {
      if let share, !(0...0.95).contains(share) { return "\(name) \(share) is not in 0…0.95" }
    }
    let limit = TrafficModel.rateLimit
    guard base <= limit else { return "base \(base) is more than \(limit) bytes per second" }
    if let dayPeak, !(0...24).contains(dayPeak) { return "dayPeak \(dayPeak) is no hour of the day" }
    if let packet, !(1...65536).contains(packet) { return "packet \(packet) is not in 1…65536" }
    if let downloads {
      guard (10...604_800).contains(downloads.every) else { return "downloads.every \(downloads.every) is not in 10…604800" }
      guard downloads.bytes / UInt64(downloads.every) < limit else {
        return "downloads of \(downloads.bytes) bytes in \(downloads.every) s are more than \(limit) bytes per second"
      }
    }
    for burst in bursts ?? [] {
      guard TrafficModel.reference <= burst.from, burst.from < burst.to, burst.to <= TrafficModel.reference + TrafficModel.reach
      else {
        return "burst from \(burst.from) to \(burst.to): times are whole epoch seconds in ascending order"
      }
    }
    let total = (bursts ?? []).reduce((sum: UInt64(0), isOver: false)) { sum, burst in
      let (next, overflow) = sum.sum.addingReportingOverflow(burst.bytes)
      return (next, sum.isOver || overflow)
    }
    if total.isOver || total.sum > 1 << 60 { return "bursts are more than \(UInt64(1) << 60) bytes in all" }
    // Rounding may take a byte back each second; the slowest second must move more than that.
    let slowest = Double(base) * (1 - (day ?? 0) - (week ?? 0)) * (1 - (noise ?? 0))
    if base > 0 || (noise ?? 0) > 0 || downloads != nil, slowest < 2 {
      return "the slowest second would move \(slowest) bytes, and at least 2 are needed: raise base or lower day, week or noise"
    }
    return nil
  }
}
