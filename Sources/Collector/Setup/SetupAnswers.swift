import Shared

/// How a new device is to be reached, as the wizard offers it.
enum SetupTransport: String, CaseIterable, Sendable {
  case plain, pin, verify, anonymous, any

  var text: String {
    switch self {
    case .plain: "plain API: password and data are readable on the path; for management networks and tunnels"
    case .pin: "TLS, this very certificate of the device (its fingerprint is shown)"
    case .verify: "TLS, a certificate of an authority that this host trusts"
    case .anonymous: "TLS without certificate, as RouterOS offers it from the factory: encrypted, not authenticated"
    case .any: "TLS, any certificate: encrypted, not authenticated"
    }
  }

  var port: Int { self == .plain ? 8728 : 8729 }
}

/// Everything that makes a device's section.
struct SetupAnswers: Sendable {
  var name = ""
  var host = ""
  var port = 8728
  var transport = SetupTransport.plain
  /// For ``SetupTransport/pin``.
  var fingerprint: String?
  /// For ``SetupTransport/verify``.
  var authorities: String?
  var username = "tikwatch"
  var password = Secret("")
  /// Patterns of `interfaces =`.
  var interfaces = ["*"]

  /// The section's lines.
  ///
  /// - Parameter defaults: what the device would inherit and does not mean to.
  func lines(defaults: INISection?) throws(ConfigProblem) -> [String] {
    var lines = [try INIText.header(name)]
    var keys: Set<String> = []
    func add(_ key: String, _ text: String) throws(ConfigProblem) {
      keys.insert(key)
      lines.append("    " + (try INIText.line(key, text)))
    }
    try add("hostname", host)
    if port != transport.port || defaults?["port"] != nil { try add("port", String(port)) }
    try add("username", username)
    try add("password", password.reveal().isEmpty ? "None" : password.reveal())
    if transport != .plain { try add("use_ssl", "yes") }
    switch transport {
    case .plain, .any: break
    case .pin: if let fingerprint { try add("ssl_fingerprint", fingerprint) }
    case .anonymous: try add("no_ssl_certificate", "yes")
    case .verify:
      try add("ssl_certificate_verify", "yes")
      if let authorities { try add("ssl_ca_file", authorities) }
    }
    if interfaces != ["*"] || defaults?["interfaces"] != nil {
      keys.insert("interfaces")
      lines.append("    " + (try INIText.line("interfaces", list: interfaces)))
    }
    for (key, value) in Self.off where defaults?[key] != nil && !keys.contains(key) { try add(key, value) }
    return lines
  }

  /// What undoes an inherited setting.
  private static let off = [
    ("enabled", "yes"), ("module_only", "no"), ("use_ssl", "no"), ("no_ssl_certificate", "no"), ("ssl_certificate_verify", "no"),
    ("ssl_check_hostname", "yes"), ("ssl_fingerprint", "None"), ("ssl_ca_file", "None"), ("credentials_file", "None"),
    ("push_token", "None"),
  ]
}

/// Which of a device's interfaces are recorded, as somebody types it.
enum InterfaceChoice {
  static let usage = "all, numbers such as 1,3-5, or patterns such as ether*, !ether9, comment:*uplink*, type:vlan"

  /// The patterns that are meant.
  /// - Parameter names: those of the list that was shown, by number from 1.
  static func patterns(_ answer: String, _ names: [String]) throws(ConfigProblem) -> [String] {
    let items = answer.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    guard !items.isEmpty else { throw ConfigProblem("nothing is chosen", allowed: usage) }
    if items.count == 1, ["all", "*"].contains(items[0].lowercased()) { return ["*"] }
    guard items.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "-") } }) else {
      _ = try InterfaceFilter(parsing: items)
      return items
    }
    var chosen: [String] = []
    for item in items {
      let bounds = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(bounds.count), let first = bounds.first, let last = bounds.last, first >= 1, first <= last,
        last <= names.count
      else {
        throw ConfigProblem("\"\(item)\" is no number of this list", allowed: "1 to \(names.count), or \(usage)")
      }
      for number in first...last {
        let pattern = exact(names[number - 1])
        if !chosen.contains(pattern) { chosen.append(pattern) }
      }
    }
    return chosen
  }

  /// A pattern for this name, with `?` for what would mean something else.
  static func exact(_ name: String) -> String {
    var scalars = Array(name.unicodeScalars)
    func hide(_ index: Int) { scalars[index] = "?" }
    for (index, scalar) in scalars.enumerated() {
      let isEdge = index == 0 || index == scalars.count - 1
      switch scalar {
      case ",", "\"", "'", "%", "*": hide(index)
      case _ where scalar.properties.isWhitespace && (isEdge || scalar != " "): hide(index)
      case "!" where index == 0: hide(index)
      default: break
      }
    }
    let pattern = String(String.UnicodeScalarView(scalars))
    for prefix in ["comment:", "type:"] where pattern.hasPrefix(prefix) { return "?" + pattern.dropFirst() }
    return pattern
  }
}
