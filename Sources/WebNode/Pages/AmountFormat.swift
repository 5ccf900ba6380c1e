/// Amounts as a report shows them: SI (385 GB), or binary where a reader asks for it (359 GiB).
struct AmountFormat: Equatable {
  var isBinary: Bool

  private static let prefixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

  func parts(_ bytes: UInt64?) -> Format.Parts {
    guard isBinary, let bytes else { return Format.parts(bytes.map { Double($0) }, unit: "B") }
    var magnitude = Double(bytes)
    var prefix = 0
    while magnitude >= 1023.5, prefix < Self.prefixes.count - 1 {
      magnitude /= 1024
      prefix += 1
    }
    let digits = prefix == 0 ? 0 : magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0
    return Format.Parts(number: Format.fixed(magnitude, digits), unit: Self.prefixes[prefix] + "B")
  }

  func text(_ bytes: UInt64?) -> String { parts(bytes).text }

  /// A cell with the number in full, and how sure it is, beside the short one.
  func cell(_ bytes: UInt64?, _ exactness: Exactness?) -> Fields {
    guard let bytes, let exactness else { return ["text": Format.unknown, "exact": "unknown"] }
    return ["text": exactness.mark + text(bytes), "exact": Self.exact(bytes, exactness)]
  }

  /// In, out and their sum; unknown where nothing is known.
  func cells(_ amount: UsageAmount?) -> Fields {
    let known = amount.flatMap { $0.isUnknown ? nil : $0 }
    let exactness = known.map(Exactness.init)
    return ["in": cell(known?.rx, exactness), "out": cell(known?.tx, exactness), "sum": cell(known?.sum, exactness)]
  }

  /// `123456 bytes. Counters were reset: at least this much.`
  static func exact(_ bytes: UInt64, _ exactness: Exactness) -> String {
    "\(bytes) bytes" + (exactness.explanation.map { ". " + $0 } ?? "")
  }
}
