import Shared

/// What `check` found out. Its JSON is a contract: `{"ok", "devices": [{"name", "ok", "steps": [{"step", "name", "ok", "ms", "error",
/// "hint"}]}]}`.
struct CheckReport: Sendable, Equatable, Encodable {
  var devices: [Device] = []
  /// Whether there is nothing to correct.
  var ok: Bool

  init(_ devices: [Device]) {
    self.devices = devices
    ok = devices.allSatisfy(\.ok)
  }

  /// A configuration that cannot be used: no device was tried.
  static let unusable: CheckReport = {
    var report = CheckReport([])
    report.ok = false
    return report
  }()

  struct Device: Sendable, Equatable, Encodable {
    var name: String
    var ok: Bool { steps.allSatisfy(\.ok) }
    /// In the order in which they were tried; a failure ends the list, unless it is a menu's.
    var steps: [Step] = []

    private enum Key: String, CodingKey { case name, ok, steps }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(name, forKey: .name)
      try container.encode(ok, forKey: .ok)
      try container.encode(steps, forKey: .steps)
    }
  }

  struct Step: Sendable, Equatable, Encodable {
    enum Kind: String, Sendable, Encodable { case dns, tcp, tls, login, rights, menu }

    var step: Kind
    /// What was tried: the host, its address and port, the demand on the certificate, the user, the policies, the menu.
    var name: String
    /// Why it failed; `nil` when it did not.
    var error: String?
    /// What to do about it, or what is worth knowing.
    var hint: String?
    /// Milliseconds with three decimals.
    var ms: Double

    var ok: Bool { error == nil }

    private enum Key: String, CodingKey { case step, name, ok, ms, error, hint }

    /// Members that have nothing to say are `null`, not absent.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(step, forKey: .step)
      try container.encode(name, forKey: .name)
      try container.encode(ok, forKey: .ok)
      try container.encode(ms, forKey: .ms)
      try container.encode(error, forKey: .error)
      try container.encode(hint, forKey: .hint)
    }
  }
}
