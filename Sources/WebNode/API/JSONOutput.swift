import Shared

/// Writes JSON straight into bytes: answers with thousands of numbers need no tree of values first.
struct JSONOutput {
  private(set) var bytes: [UInt8] = []
  /// Where values of the moment stand, which are no reason to say that something changed.
  private(set) var momentary: [Range<Int>] = []
  /// Whether a comma is due before the next value.
  private var isFollowing = false

  init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

  mutating func object(_ body: (inout JSONOutput) -> Void) { enclose("{", "}", body) }
  mutating func array(_ body: (inout JSONOutput) -> Void) { enclose("[", "]", body) }

  mutating func key(_ name: String) {
    separate()
    JSONText.append(string: name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    isFollowing = false
  }

  mutating func value(_ text: String?) {
    separate()
    if let text { JSONText.append(string: text, to: &bytes) } else { bytes += "null".utf8 }
  }

  mutating func value(_ number: Double?) {
    separate()
    JSONText.append(number, to: &bytes)
  }

  mutating func value(_ number: Int?) { value(number.map { Double($0) }) }

  mutating func value(_ number: UInt64?) {
    separate()
    JSONText.append(number, to: &bytes)
  }

  mutating func value(_ flag: Bool?) {
    separate()
    bytes += (flag.map { $0 ? "true" : "false" } ?? "null").utf8
  }

  /// A rate: whole bit/s; NaN and `nil` are unknown.
  mutating func rate(_ rate: Double?) { value(rate.flatMap { $0.isFinite ? $0.rounded() : nil }) }

  mutating func member(_ name: String, _ text: String?) { key(name); value(text) }
  mutating func member(_ name: String, _ number: Double?) { key(name); value(number) }
  mutating func member(_ name: String, _ number: Int?) { key(name); value(number) }
  mutating func member(_ name: String, _ number: UInt64?) { key(name); value(number) }
  mutating func member(_ name: String, _ flag: Bool?) { key(name); value(flag) }
  mutating func member(_ name: String, rate value: Double?) { key(name); rate(value) }

  /// A value that is another one at every moment, such as the time.
  mutating func member(momentary name: String, _ number: Double) {
    key(name)
    let start = bytes.count
    value(number)
    momentary.append(start..<bytes.count)
  }

  private mutating func separate() {
    if isFollowing { bytes.append(UInt8(ascii: ",")) }
    isFollowing = true
  }

  private mutating func enclose(_ open: Character, _ close: Character, _ body: (inout JSONOutput) -> Void) {
    separate()
    bytes += open.utf8
    isFollowing = false
    body(&self)
    bytes += close.utf8
    isFollowing = true
  }
}
