internal import Foundation

/// Damages sound input the way disks, networks and strangers do, so that readers are tried with what is almost right.
///
/// Seeded: the same seed, corpus and dictionary give the same inputs, on every machine.
package struct Mutator {
  /// The longest input that is made, in bytes.
  package static let sizeLimit = 1 << 16

  /// Inputs per seed: 300 in an ordinary run, which takes a moment. `TIKWATCH_FUZZ_ROUNDS` sets another number for a long hunt.
  package static let rounds = ProcessInfo.processInfo.environment["TIKWATCH_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300

  package var random: SeededGenerator
  private let corpus: [[UInt8]]
  private let dictionary: [[UInt8]]

  /// Numbers at the edge of what integers, sizes and times hold.
  private static let wild: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, 1 << 62, 0x7FFF_FFFF_FFFF_FFFF,
    1 << 63,
    .max - 1, .max,
  ]

  /// - Parameters:
  ///   - corpus: sound inputs; not empty.
  ///   - dictionary: pieces that mean something to the reader.
  package init(seed: UInt64, corpus: [[UInt8]], dictionary: [[UInt8]] = []) {
    random = SeededGenerator(seed: seed)
    self.corpus = corpus
    self.dictionary = dictionary
  }

  package init(seed: UInt64, corpus: [String], dictionary: [String] = []) {
    self.init(seed: seed, corpus: corpus.map { Array($0.utf8) }, dictionary: dictionary.map { Array($0.utf8) })
  }

  /// The next input: one of the corpus with one to six damages; now and then without any, so that acceptance is tried too.
  package mutating func next() -> [UInt8] {
    var bytes = corpus.randomElement(using: &random) ?? []
    if Int.random(in: 0..<50, using: &random) == 0 { return bytes }
    for _ in 0..<Int.random(in: 1...6, using: &random) { damage(&bytes) }
    return Array(bytes.prefix(Self.sizeLimit))
  }

  /// Cuts `bytes` into pieces of random length, as a network may.
  package mutating func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var rest = bytes[...]
    var pieces: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      let count = Int.random(in: 1...rest.count, using: &random)
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces
  }

  /// One damage.
  package mutating func damage(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let end = min(bytes.count, place + Int.random(in: 0...32, using: &random))
    switch Int.random(in: 0..<10, using: &random) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
    case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
    case 4: bytes.removeLast(bytes.count - place)
    case 5: bytes.insert(contentsOf: randomBytes(1...8), at: place)
    case 6: overwriteInteger(&bytes, place)
    case 7: replaceNumber(&bytes, place)
    case 8: splice(&bytes, place)
    default:
      let piece = dictionary.randomElement(using: &random) ?? randomBytes(1...4)
      bytes.replaceSubrange(place..<(Bool.random(using: &random) ? place : end), with: piece)
    }
  }

  private mutating func randomBytes(_ count: ClosedRange<Int>) -> [UInt8] {
    (0..<Int.random(in: count, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  /// Eight, four, two or one byte at an aligned place, in either order of bytes.
  private mutating func overwriteInteger(_ bytes: inout [UInt8], _ place: Int) {
    let size = [8, 8, 4, 2, 1].randomElement(using: &random) ?? 8
    let start = place / size * size
    guard start + size <= bytes.count else { return }
    let value = Self.wild.randomElement(using: &random) ?? 0
    var piece = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    if Bool.random(using: &random) { piece.reverse() }
    bytes.replaceSubrange(start..<start + size, with: piece)
  }

  /// The decimal number at or after `place` becomes another.
  private mutating func replaceNumber(_ bytes: inout [UInt8], _ place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    let odd = ["-1", "-0", "1e999", "1e-999", "0.5", "99999999999999999999", "NaN", "inf", "0x10", "00", "١"]
    let text =
      Bool.random(using: &random) ? odd.randomElement(using: &random) : Self.wild.randomElement(using: &random).map { "\($0)" }
    bytes.replaceSubrange(start..<end, with: Array((text ?? "0").utf8))
  }

  /// The end of another input replaces the rest.
  private mutating func splice(_ bytes: inout [UInt8], _ place: Int) {
    guard let other = corpus.randomElement(using: &random) else { return }
    bytes.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
  }
}
