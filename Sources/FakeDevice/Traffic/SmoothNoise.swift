/// Deterministic noise: a bounded displacement of time that makes a steady rate look like people using a network.
///
/// The displacement is a sum of quadratic B-splines over hashed lattice points, so its slope (the relative change of the rate)
/// is continuous, has a known bound and a mean of zero, and any instant is evaluated without looking at others.
struct SmoothNoise: Sendable, Equatable {
  /// Bound of the relative change of the rate, 0 (none) to below 1.
  let strength: Double
  let seed: UInt64

  /// Lattice distances in seconds and the share of the strength that each gets: from one poll to a quarter of an hour.
  private static let octaves: [(period: Int, share: Double)] = [(1, 0.25), (5, 0.3), (23, 0.2), (131, 0.15), (1009, 0.1)]

  /// Seconds by which the whole second `time` is displaced; the slope between neighbours stays within ±`strength`.
  func displacement(at time: Int) -> Double {
    guard strength > 0 else { return 0 }
    var sum = 0.0
    for (index, octave) in Self.octaves.enumerated() {
      let (cell, inside) = Self.floorDivide(time, octave.period)
      let u = Double(inside) / Double(octave.period)
      let salt = seed &+ UInt64(index) &* 0xD6E8_FEB8_6659_FD93
      let a = Hash.unit(salt, cell)
      let b = Hash.unit(salt, cell + 1)
      let c = Hash.unit(salt, cell + 2)
      let value = 0.5 * (1 - u) * (1 - u) * a + (0.5 + u * (1 - u)) * b + 0.5 * u * u * c
      sum += value * octave.share * strength * Double(octave.period)
    }
    return sum
  }

  /// Quotient rounded down, and the remainder, which is never negative.
  static func floorDivide(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

/// Hashes that are the same in every process and on every machine, unlike Swift's own.
enum Hash {
  /// SplitMix64's finaliser.
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<1 for a lattice point.
  static func unit(_ seed: UInt64, _ index: Int) -> Double {
    Double(mix(seed ^ (UInt64(bitPattern: Int64(index)) &* 0x2545_F491_4F6C_DD1D)) >> 11) * 0x1p-53
  }

  /// FNV-1a of a text, mixed.
  static func seed(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return mix(hash)
  }
}
