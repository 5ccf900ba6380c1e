import HTTPTypes

/// The query of a request, decoded strictly: what is not percent-encoded UTF-8 is refused, not guessed.
package struct QueryParameters: Sendable {
  package static let limit = 2000
  private let pairs: [(name: String, value: String)]

  /// - Parameter query: the part after `?`; `+` is a space, as forms send it.
  package init(_ query: String?) throws(HTTPProblem) {
    var pairs: [(String, String)] = []
    for part in (query ?? "").split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decode(halves[0]) else {
        throw HTTPProblem(status: .badRequest, detail: "the name of a parameter is not percent-encoded UTF-8")
      }
      guard let value = Self.decode(halves.count > 1 ? halves[1] : "") else {
        throw .badParameter(name, "not percent-encoded UTF-8")
      }
      pairs.append((name, value))
      guard pairs.count <= Self.limit else {
        throw HTTPProblem(status: .badRequest, detail: "more than \(Self.limit) parameters")
      }
    }
    self.pairs = pairs
  }

  /// The parameter's value; `nil` when it is not given or empty.
  package func string(_ name: String) throws(HTTPProblem) -> String? {
    let values = all(name)
    guard values.count <= 1 else { throw .badParameter(name, "given \(values.count) times", allowed: "once") }
    return values.first
  }

  package func required(_ name: String, _ allowed: String) throws(HTTPProblem) -> String {
    guard let value = try string(name) else { throw .badParameter(name, "missing", allowed: allowed) }
    return value
  }

  /// Every value given, empty ones too.
  package func values(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Every value given that is not empty.
  package func all(_ name: String) -> [String] { pairs.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

  package func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(HTTPProblem) -> Int {
    guard let text = try string(name) else { return fallback }
    let allowed = "\(range.lowerBound) to \(range.upperBound)"
    guard let value = Int(text), text.utf8.first != UInt8(ascii: "+") else {
      throw .badParameter(name, "\"\(text.prefix(64))\" is not a whole number", allowed: allowed)
    }
    guard range.contains(value) else { throw .badParameter(name, "\(value) is out of range", allowed: allowed) }
    return value
  }

  package func choice<Choice>(_ name: String, default fallback: Choice) throws(HTTPProblem) -> Choice
  where Choice: CaseIterable & RawRepresentable<String> {
    guard let text = try string(name) else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      throw .badParameter(
        name, "\"\(text.prefix(64))\" is not known", allowed: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  package func flag(_ name: String, default fallback: Bool) throws(HTTPProblem) -> Bool {
    switch try string(name) {
    case nil: return fallback
    case "1", "true": return true
    case "0", "false": return false
    case let text?: throw .badParameter(name, "\"\(text.prefix(64))\" is neither 0 nor 1", allowed: "0, 1")
    }
  }

  /// One percent-encoded piece as text; `nil` when it is none.
  package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = true) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.next().flatMap(hex), let low = rest.next().flatMap(hex) else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
