import Shared
import Yams

/// `credentials_file`: user and password of a device in a YAML file of its own, as MKTXP reads it.
///
/// A mapping at the top; `username` and `password` count, each by itself. What MKTXP keeps there for its SSH export (`ssh_key_file`,
/// `rsc_ssh_user`, …) and anything else is left alone.
struct CredentialsFile: Equatable, Sendable {
  var username: String?
  var password: Secret?

  /// Bytes: two short texts, not a document.
  static let sizeLimit = 65536
  static let allowed = "a YAML mapping such as username: tikwatch and password: …"

  init(username: String? = nil, password: Secret? = nil) {
    self.username = username
    self.password = password
  }

  /// - Throws: what is wrong, without a word of what the file holds: it may be the password.
  init(parsing text: String) throws(ConfigProblem) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ConfigProblem("no YAML\(Self.place(of: error))", allowed: Self.allowed)
    } catch {
      throw ConfigProblem("no YAML", allowed: Self.allowed)
    }
    guard case .mapping(let mapping)? = node else {
      throw ConfigProblem("its YAML is no mapping of names to values", allowed: Self.allowed)
    }
    username = try Self.scalar("username", in: mapping)
    password = try Self.scalar("password", in: mapping).map { Secret($0) }
    guard username != nil || password != nil else {
      throw ConfigProblem("it has neither username nor password", allowed: Self.allowed)
    }
  }

  /// The text as it stands in the file: a password of digits stays as it was written. `~`, `null` and nothing are no value.
  private static func scalar(_ key: String, in mapping: Node.Mapping) throws(ConfigProblem) -> String? {
    let found = mapping.filter { $0.key.scalar?.string == key }
    guard found.count < 2 else { throw ConfigProblem("\(key) is there more than once", allowed: allowed) }
    guard let node = found.first?.value else { return nil }
    guard let scalar = node.scalar else { throw ConfigProblem("\(key) is no text", allowed: allowed) }
    if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return nil }
    guard !scalar.string.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
      throw ConfigProblem("\(key) has control characters or is more than a line", allowed: allowed)
    }
    return scalar.string
  }

  private static func place(of error: YamlError) -> String {
    switch error {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): " at line \(mark.line)"
    case .duplicatedKeysInMapping(_, let context): " at line \(context.mark.line): a key is there twice"
    default: ""
    }
  }
}
