import Shared

/// Values of cells, and how they are ordered.
enum TableValue {
  /// Bit/s.
  static func rate(_ text: String) -> Double? { RowValue.rate(text).map { Double($0) } }

  /// Seconds.
  static func duration(_ text: String) -> Double? { RowValue.duration(text)?.seconds }

  /// Addresses by their number, those of IPv4 first; prefixes behind their address; then other text, then nothing.
  static func addressPrecedes(_ left: String?, _ right: String?) -> Bool {
    let (one, other) = (AddressOrder(left ?? ""), AddressOrder(right ?? ""))
    return one == other ? (left ?? "") < (right ?? "") : one < other
  }

  private struct AddressOrder: Comparable {
    private var kind: Int
    private var bits: UInt128 = 0
    private var length = 0

    init(_ text: String) {
      let parts = text.split(separator: "/", maxSplits: 1)
      // A range counts by its beginning.
      let first = parts.first?.split(separator: "-", maxSplits: 1).first.map(String.init) ?? ""
      guard let address = IPAddress(first) else {
        kind = text.isEmpty ? 3 : 2
        return
      }
      kind = address.isIPv6 ? 1 : 0
      bits = address.bits
      length = parts.count == 2 ? Int(parts[1]) ?? 0 : address.width
    }

    static func < (left: AddressOrder, right: AddressOrder) -> Bool {
      (left.kind, left.bits, left.length) < (right.kind, right.bits, right.length)
    }
  }

  /// Names as people order them: numbers in them count as numbers, so that ether2 comes before ether10.
  static func namePrecedes(_ left: String, _ right: String) -> Bool {
    var (one, other) = (left.lowercased()[...], right.lowercased()[...])
    while let a = one.first, let b = other.first {
      if a.isASCII, b.isASCII, a.isNumber, b.isNumber {
        let (x, y) = (one.prefix { $0.isASCII && $0.isNumber }, other.prefix { $0.isASCII && $0.isNumber })
        let (p, q) = (x.drop { $0 == "0" }, y.drop { $0 == "0" })
        if p.count != q.count { return p.count < q.count }
        if p != q { return p < q }
        (one, other) = (one[x.endIndex...], other[y.endIndex...])
      } else {
        if a != b { return a < b }
        (one, other) = (one.dropFirst(), other.dropFirst())
      }
    }
    return one.isEmpty == other.isEmpty ? left < right : one.isEmpty
  }
}
