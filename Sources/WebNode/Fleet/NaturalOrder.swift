/// Order of names as people count: digits compare as numbers, so `ether2` stands before `ether10`; otherwise by scalar, and
/// letters without regard to case first.
enum NaturalOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    let order = compare(Array(left.lowercased().utf8), Array(right.lowercased().utf8))
    return order == 0 ? left < right : order < 0
  }

  private static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var (a, b) = (0, 0)
    while a < left.count, b < right.count {
      if isDigit(left[a]), isDigit(right[b]) {
        let (first, second) = (number(left, &a), number(right, &b))
        // Without leading zeros the longer number is the larger.
        if first.count != second.count { return first.count < second.count ? -1 : 1 }
        if first != second { return first.lexicographicallyPrecedes(second) ? -1 : 1 }
      } else if left[a] != right[b] {
        return left[a] < right[b] ? -1 : 1
      } else {
        a += 1
        b += 1
      }
    }
    return (left.count - a) - (right.count - b)
  }

  private static func number(_ text: [UInt8], _ at: inout Int) -> ArraySlice<UInt8> {
    let start = at
    while at < text.count, isDigit(text[at]) { at += 1 }
    return text[start..<at].drop { $0 == UInt8(ascii: "0") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
