/// Why a retention text was refused; the description names the offending piece and what is allowed.
package struct RetentionError: Error, Equatable, CustomStringConvertible {
  package let description: String
}

extension Retention {
  /// Parses a comma-separated list of `step:keep`, for example `1s:1y, 10s:5y, 1m:5y, 5m:10y`.
  ///
  /// Units are `s m h d w y` (a year has 365.25 days). The first step must be one second, steps ascend and each is a
  /// multiple of the one before, up to a day. `keep` is rounded up to whole steps.
  package init(name: String, parsing text: String) throws(RetentionError) {
    var specs: [ArchiveSpec] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      specs.append(try Self.spec(piece.trimmed, after: specs.last))
    }
    guard specs.count <= Limit.archives else {
      throw RetentionError(description: "\(specs.count) archives; at most \(Limit.archives) are allowed")
    }
    self.init(name: name, archives: specs)
  }

  private static func spec(_ piece: Substring, after previous: ArchiveSpec?) throws(RetentionError) -> ArchiveSpec {
    let parts = piece.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw RetentionError(description: "'\(piece)' is not step:keep, for example 10s:5y")
    }
    let step = try seconds(parts[0].trimmed, of: "step", in: piece)
    let keep = try seconds(parts[1].trimmed, of: "keep", in: piece)
    try check(step: step, after: previous, in: piece)
    guard keep >= step else {
      throw RetentionError(description: "'\(piece)' keeps less than one step")
    }
    guard keep <= Limit.keep else {
      throw RetentionError(description: "'\(piece)' keeps more than 100 years")
    }
    let spec = ArchiveSpec(step: step, keep: keep)
    guard spec.rows <= Limit.rows else {
      throw RetentionError(
        description: "'\(piece)' needs \(spec.rows) rows; at most \(Limit.rows) are allowed (use a longer step or keep less)")
    }
    return spec
  }

  private static func check(step: Int, after previous: ArchiveSpec?, in piece: Substring) throws(RetentionError) {
    guard step <= Limit.step else {
      throw RetentionError(description: "the step of '\(piece)' is longer than a day")
    }
    guard let previous else {
      guard step == 1 else {
        throw RetentionError(description: "the first step must be 1s, not that of '\(piece)'")
      }
      return
    }
    guard step > previous.step, step % previous.step == 0 else {
      throw RetentionError(
        description: "the step of '\(piece)' must be longer than and a multiple of the step before it (\(previous.step)s)")
    }
  }

  private static func seconds(_ text: Substring, of role: String, in piece: Substring) throws(RetentionError) -> Int {
    let fault = RetentionError(
      description: "the \(role) '\(text)' of '\(piece)' is not a whole number above 0 with a unit: s, m, h, d, w or y")
    guard let unit = text.last, let length = Self.units[unit] else { throw fault }
    let digits = text.dropLast()
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let count = Int(digits), count > 0
    else { throw fault }
    let (value, overflow) = count.multipliedReportingOverflow(by: length)
    guard !overflow, value <= Int(Int32.max) * 100 else {
      throw RetentionError(description: "the \(role) '\(text)' of '\(piece)' is too long")
    }
    return value
  }

  private static let units: [Character: Int] = [
    "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": Retention.year,
  ]
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}
