/// A RouterOS version, from `7.16.1 (stable)`, `7.17beta2 (testing)` or `6.49.10 (long-term)`.
struct RouterOSVersion: Sendable, Equatable, Comparable {
  /// Before a release: `alpha` < `beta` < `rc` < the release itself.
  enum Stage: Int, Sendable, Comparable {
    case alpha, beta, rc, release
    static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  var numbers: [Int]
  var stage = Stage.release
  var stageNumber = 0
  /// `stable`, `long-term`, `testing`, `development`; `nil` where the text names none.
  var channel: String?

  /// `nil` for text that begins with no version.
  init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard let version = parts.first else { return nil }
    let release = version.prefix { $0.isNumber || $0 == "." }
    let numbers = release.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...4).contains(numbers.count), numbers.allSatisfy({ $0 != nil }) else { return nil }
    self.numbers = numbers.compactMap { $0 }
    let suffix = version[release.endIndex...]
    for (name, stage) in [("alpha", Stage.alpha), ("beta", .beta), ("rc", .rc)] where suffix.hasPrefix(name) {
      self.stage = stage
      stageNumber = Int(suffix.dropFirst(name.count)) ?? 0
    }
    if parts.count == 2, parts[1].hasPrefix("("), let end = parts[1].firstIndex(of: ")") {
      channel = String(parts[1][..<end].dropFirst())
    }
  }

  init(_ major: Int, _ minor: Int = 0, _ patch: Int = 0) { numbers = [major, minor, patch] }

  var major: Int { numbers.first ?? 0 }

  static func < (left: RouterOSVersion, right: RouterOSVersion) -> Bool {
    let (one, other) = (left.padded, right.padded)
    if one != other { return one.lexicographicallyPrecedes(other) }
    if left.stage != right.stage { return left.stage < right.stage }
    return left.stageNumber < right.stageNumber
  }

  static func == (left: RouterOSVersion, right: RouterOSVersion) -> Bool { !(left < right) && !(right < left) }

  private var padded: [Int] { numbers + Array(repeating: 0, count: max(0, 4 - numbers.count)) }
}
