/// Fills in `%(name)s`. Every value is worked out once and its size is capped, so that a file of references to references costs neither
/// time nor memory out of proportion.
struct INIInterpolation {
  /// References may lead to values with references of their own, so deep (ConfigObj's limit, too).
  static let depthLimit = 10
  /// The longest value that references may build, in UTF-8 bytes.
  static let valueLimit = 64 << 10
  /// What all values with references may take together, in UTF-8 bytes.
  static let totalLimit = 16 << 20

  private struct Place: Hashable {
    let section: Int
    let key: String
  }

  private struct Filled {
    let value: ConfigValue
    let depth: Int
  }

  private let document: INIDocument
  private let defaults: [Int]
  private var known: [Place: Result<Filled, ConfigProblem>] = [:]
  private var path: Set<Place> = []
  private var total = 0

  init(document: INIDocument) {
    self.document = document
    defaults = ["default", "DEFAULT"].compactMap(document.position(of:))
  }

  /// Replaces the values of `sections`, which are those of the document.
  mutating func fill(_ sections: inout [INISection]) throws(ConfigErrors) {
    var errors: [ConfigError] = []
    for number in sections.indices {
      let section = document.sections[number]
      for (position, entry) in section.entries.enumerated() where entry.value.text.contains("%(") {
        switch resolve(Place(section: number, key: entry.key), entry) {
        case .success(let filled): sections[number].setValue(filled.value, at: position)
        case .failure(let problem) where errors.count < INIParser.errorLimit:
          errors.append(
            ConfigError(
              file: section.file, line: entry.line, section: section.name, key: entry.key, value: entry.raw,
              problem: problem.problem, allowed: problem.allowed))
        case .failure: break
        }
      }
    }
    if let errors = ConfigErrors(errors) { throw errors }
  }

  private mutating func resolve(_ place: Place, _ entry: INIEntry) -> Result<Filled, ConfigProblem> {
    if let result = known[place] { return result }
    guard path.count <= Self.depthLimit, path.insert(place).inserted else {
      return .failure(ConfigProblem("%(…)s refers to itself, or through more than \(Self.depthLimit) others"))
    }
    defer { path.remove(place) }
    let result = Result<Filled, ConfigProblem> { () throws(ConfigProblem) in
      var depth = 0
      var value = entry.value
      value.text = try fill(entry.value.text, in: place, secret: entry.key, depth: &depth)
      value.list = []
      for item in entry.value.list {
        let text = try fill(item, in: place, secret: entry.key, depth: &depth)
        if !text.isEmpty { value.list.append(text) }
      }
      guard depth <= Self.depthLimit else {
        throw ConfigProblem("%(…)s refers to itself, or through more than \(Self.depthLimit) others")
      }
      return Filled(value: value, depth: depth)
    }
    known[place] = result
    return result
  }

  /// `text` with every `%(name)s` replaced; `depth` grows to the longest chain of references behind it.
  private mutating func fill(
    _ text: String, in place: Place, secret key: String, depth: inout Int
  ) throws(ConfigProblem) -> String {
    var rest = Scalars(text.unicodeScalars)[...]
    var result = ""
    while let start = rest.firstRange(of: ["%", "("]) {
      result += String(rest[..<start.lowerBound])
      guard let close = rest[start.upperBound...].firstIndex(of: ")") else {
        rest = rest[start.lowerBound...]
        break
      }
      guard close + 1 < rest.endIndex, rest[close + 1] == "s" else {
        // No reference after all: plain text up to here.
        result += String(rest[start.lowerBound...close])
        rest = rest[(close + 1)...]
        continue
      }
      result += try lookUp(String(rest[start.upperBound..<close]), from: place, secret: key, depth: &depth)
      rest = rest[(close + 2)...]
      if result.utf8.count > Self.valueLimit { throw ConfigProblem("too long once %(…)s is filled in") }
    }
    result += String(rest)
    total += result.utf8.count
    if total > Self.totalLimit { throw ConfigProblem("the values of this file are too long once %(…)s is filled in") }
    return result
  }

  private mutating func lookUp(
    _ name: String, from place: Place, secret key: String, depth: inout Int
  ) throws(ConfigProblem) -> String {
    for section in [place.section] + defaults {
      guard let entry = document.sections[section][name] else { continue }
      guard entry.value.text.contains("%(") else {
        depth = max(depth, 1)
        return entry.value.text
      }
      let filled = try resolve(Place(section: section, key: name), entry).get()
      depth = max(depth, filled.depth + 1)
      return filled.value.text
    }
    // What looks like a reference in a password is part of the password.
    throw ConfigProblem(
      "%(\(ConfigKey.isSecret(key) ? "…" : name))s is no key of this section or of [default]",
      allowed: ConfigKey.isSecret(key) ? "a password that holds %(…)s belongs into password_file" : nil)
  }
}
