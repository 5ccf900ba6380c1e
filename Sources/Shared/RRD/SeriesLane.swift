/// The accumulators of one direction, an entry per step of the grid.
struct SeriesLane: Sendable {
  /// What a row tells: an AVERAGE row the mean, a MAX row the peak.
  struct Roles: OptionSet, Hashable {
    let rawValue: Int
    static let average = Roles(rawValue: 1)
    static let maximum = Roles(rawValue: 2)
    static let minimum = Roles(rawValue: 4)
    static let all: Roles = [.average, .maximum, .minimum]
  }

  /// Rate times known seconds.
  private(set) var sum: [Double]
  /// Known seconds.
  private(set) var known: [Double]
  private(set) var high: [Double]
  private(set) var low: [Double]

  init(count: Int) {
    sum = Array(repeating: 0, count: count)
    known = Array(repeating: 0, count: count)
    high = Array(repeating: -.infinity, count: count)
    low = Array(repeating: .infinity, count: count)
  }

  mutating func add(_ value: Double, seconds: Double, to index: Int, roles: Roles) {
    if roles.contains(.average) {
      sum[index] += value * seconds
      known[index] += seconds
    }
    if roles.contains(.maximum), value > high[index] { high[index] = value }
    if roles.contains(.minimum), value < low[index] { low[index] = value }
  }

  /// Adds rows of `step` seconds from `start` on; only the time in `clip`, which lies within the grid, counts.
  mutating func add(_ rows: RowRun, clip: Range<Int>, grid: SeriesGrid, roles: Roles) {
    let time = rows.start..<rows.start + rows.count * rows.step
    if grid.step % rows.step == 0, (rows.start - grid.t0) % rows.step == 0, clip.lowerBound <= time.lowerBound,
      clip.upperBound >= time.upperBound
    {
      addWhole(rows, grid: grid, roles: roles)
    } else {
      addSplit(rows, clip: clip, grid: grid, roles: roles)
    }
  }

  /// Rows that fit the grid's steps: the common case and the fast one.
  private mutating func addWhole(_ rows: RowRun, grid: SeriesGrid, roles: Roles) {
    let perStep = grid.step / rows.step
    let offset = (rows.start - grid.t0) / rows.step
    var index = offset / perStep
    var row = 0
    var stop = perStep - offset % perStep
    let seconds = Double(rows.step)
    while row < rows.count {
      let end = min(stop, rows.count)
      var total = 0.0
      var count = 0.0
      var top = -Double.infinity
      var bottom = Double.infinity
      var position = rows.values + row * rows.stride
      for _ in row..<end {
        let value = position.pointee
        position += rows.stride
        // False for NaN and infinity.
        if value - value == 0 {
          total += value
          count += 1
          if value > top { top = value }
          if value < bottom { bottom = value }
        }
      }
      if count > 0 {
        if roles.contains(.average) {
          sum[index] += total * seconds
          known[index] += count * seconds
        }
        if roles.contains(.maximum), top > high[index] { high[index] = top }
        if roles.contains(.minimum), bottom < low[index] { low[index] = bottom }
      }
      row = end
      stop += perStep
      index += 1
    }
  }

  /// Rows longer than the grid's steps, or that do not line up with them: each is shared out by time.
  private mutating func addSplit(_ rows: RowRun, clip: Range<Int>, grid: SeriesGrid, roles: Roles) {
    for row in 0..<rows.count {
      let value = rows.values[row * rows.stride]
      guard value.isFinite else { continue }
      let start = max(rows.start + row * rows.step, clip.lowerBound)
      let end = min(rows.start + (row + 1) * rows.step, clip.upperBound)
      var cursor = start
      while cursor < end {
        let index = (cursor - grid.t0) / grid.step
        let next = min(end, grid.t0 + (index + 1) * grid.step)
        add(value, seconds: Double(next - cursor), to: index, roles: roles)
        cursor = next
      }
    }
  }

  mutating func fillGaps(from other: SeriesLane) {
    for index in known.indices where other.known[index] > known[index] {
      sum[index] = other.sum[index]
      known[index] = other.known[index]
      high[index] = other.high[index]
      low[index] = other.low[index]
    }
  }

  mutating func clear(_ index: Int) {
    sum[index] = 0
    known[index] = 0
    high[index] = -.infinity
    low[index] = .infinity
  }

  mutating func widen(by other: SeriesLane) {
    for index in known.indices where known[index] > 0 && other.known[index] > 0 {
      high[index] = max(high[index], other.high[index])
      low[index] = min(low[index], other.low[index])
    }
  }

  /// - Parameter offset: seconds from this lane's beginning to the other's.
  mutating func absorb(_ other: SeriesLane, offset: Int, step: Int, perStep: Int) {
    for place in other.known.indices where other.known[place] > 0 {
      let second = offset + place * step
      guard second >= 0, second / perStep < known.count else { continue }
      let index = second / perStep
      sum[index] += other.sum[place]
      known[index] += other.known[place]
      high[index] = max(high[index], other.high[place])
      low[index] = min(low[index], other.low[place])
    }
  }

  /// A step without a known second is a gap. Where no MAX or MIN row was at hand, the average stands in.
  func band() -> Series.Band {
    var band = Series.Band(avg: sum, max: high, min: low, known: known)
    for index in known.indices {
      guard known[index] > 0 else {
        band.avg[index] = .nan
        band.max[index] = .nan
        band.min[index] = .nan
        continue
      }
      var mean = sum[index] / known[index]
      let top = high[index].isFinite ? high[index] : mean
      let bottom = low[index].isFinite ? low[index] : mean
      // Rounding must not lift the mean above the peak it is made of.
      if bottom <= top { mean = min(max(mean, bottom), top) }
      band.avg[index] = mean
      band.max[index] = max(top, mean)
      band.min[index] = min(bottom, mean)
    }
    return band
  }
}

/// Consecutive values of one data source inside a buffer of rows.
struct RowRun {
  let values: UnsafePointer<Double>
  /// Distance between two values.
  let stride: Int
  let count: Int
  /// Beginning of the first row, epoch seconds.
  let start: Int
  /// Seconds of a row.
  let step: Int
}
