import Foundation
import Shared

/// What a device's section may refer to.
struct DeviceContext: Sendable {
  /// By name.
  var retentions: [String: Retention]
  /// IANA name for devices that name none.
  var timeZone: String
  /// Whether MKTXP's own built-in defaults apply: an entry is off unless switched on, host and user have names.
  var isMKTXP: Bool
  /// Whether files with passwords may be readable by all.
  var allowsExposedSecrets = false
  /// The folder that relative paths refer to.
  var directory = ""
  var environment: [String: String] = [:]
  /// One for a whole reading, so that devices with the same demands share a context.
  var transports = TransportSecurityFactory()
}

/// Reads one device: its section, then `[default]`, then (MKTXP) `[new_default_parameters]`, then the defaults here.
///
/// | key | type | default |
/// |---|---|---|
/// | hostname | host name or address | required (mktxp.conf: localhost) |
/// | port | 1 to 65535 | 8728, with use_ssl 8729 |
/// | username, password | text | required, empty (mktxp.conf: user, password) |
/// | password_file, credentials_file | file | see ``DeviceSecrets`` |
/// | use_ssl, ssl_… | | see ``DeviceTransport`` |
/// | plaintext_login | yes or no | yes |
/// | enabled | yes or no | yes (mktxp.conf: no) |
/// | module_only | yes or no | no |
/// | interfaces | patterns | * |
/// | retention | name | that of [collector] |
/// | interface_limit | 1 to 1000 | 1000 |
/// | series_limit | 1000 to 1000000 | 50000 |
/// | rate_source | counters or monitor | counters |
/// | wan | auto or patterns | auto |
/// | billing_day | 1 to 28 | 1 |
/// | time_zone | IANA name | the collector's |
/// | quota | size | none |
/// | custom_labels | name:value, … | none |
/// | interface_name_format | name, comment, combined | name |
/// | interface_with_default_name | yes or no | no |
/// | the switches of menus | yes or no | see ``MenuSwitch`` |
/// | address_list, ipv6_address_list | names | none |
/// | remote_dhcp_entry, remote_capsman_entry | a section's name | none |
extension DeviceConfig {
  /// `nil` when the entry is off. Nothing may use the result before the reader's diagnostics have been looked at.
  static func read(_ reader: inout SectionReader, _ context: DeviceContext, retention: Retention) -> DeviceConfig? {
    let isEnabled = reader.bool("enabled", default: !context.isMKTXP)
    let isModuleOnly = reader.bool("module_only", default: false)
    // An entry that is not polled may be half written.
    let isPolled = isEnabled && !isModuleOnly
    refuseLaterKeys(&reader)
    let transport = DeviceTransport.read(&reader, context, isPolled: isEnabled)
    let (credentials, passwordFile) = credentials(&reader, context, isPolled)
    var device = DeviceConfig(
      name: reader.section.name, endpoint: endpoint(&reader, context, isPolled, useSSL: transport.settings.useSSL),
      credentials: credentials,
      billing: billing(&reader, context))
    if device.name.utf8.count > 200 || device.name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      reader.fail("hostname", "the section's name cannot name a device", allowed: "up to 200 bytes without control characters")
    }
    device.transport = transport
    device.passwordFile = passwordFile
    device.isModuleOnly = isModuleOnly
    device.retention =
      reader.parsed("retention") { value throws(ConfigProblem) in
        try Self.retention(value.text, in: context.retentions)
      } ?? retention
    device.interfaces = filter("interfaces", &reader) ?? .all
    device.interfaceLimit = reader.int(
      "interface_limit", in: 1...InterfaceCatalogue.defaultLimit, default: InterfaceCatalogue.defaultLimit)
    device.seriesLimit = reader.int("series_limit", in: SeriesLimit.range, default: SeriesLimit.standard)
    device.rateSource = reader.choice("rate_source", default: .counters)
    device.uplinks = uplinks(&reader)
    device.customLabels = labels(&reader)
    // MKTXP's older spelling, which it replaces in the file when it starts.
    let older = "use_comments_over_names"
    let prefersComments = reader.mentions(older) && reader.bool(older, default: false)
    device.nameFormat = reader.choice("interface_name_format", default: prefersComments ? .comment : .name)
    device.addsDefaultName = reader.bool("interface_with_default_name", default: false)
    device.menus = menus(&reader)
    return isEnabled ? device : nil
  }

  /// How to reach the device of a section, wherever that is needed but for polling it.
  static func connection(
    _ reader: inout SectionReader, _ context: DeviceContext
  ) -> (endpoint: DeviceEndpoint, credentials: Credentials, transport: DeviceTransport) {
    let transport = DeviceTransport.read(&reader, context, isPolled: true)
    let (credentials, _) = credentials(&reader, context, true)
    return (endpoint(&reader, context, true, useSSL: transport.settings.useSSL), credentials, transport)
  }

  private static func menus(_ reader: inout SectionReader) -> MenuSettings {
    var settings = MenuSettings()
    for key in MenuSwitch.allCases {
      settings.switches[key] = reader.bool(key.rawValue, default: key.isOnByDefault)
    }
    settings.addressLists = names("address_list", &reader)
    settings.ipv6AddressLists = names("ipv6_address_list", &reader)
    return settings
  }

  /// Names between commas, each once; `None` is none.
  private static func names(_ key: String, _ reader: inout SectionReader) -> [String] {
    let names = reader.parsed(key) { value throws(ConfigProblem) -> [String] in
      if value.isNone { return [] }
      let items = value.isQuoted ? value.text.split(separator: ",").map { String($0) } : value.list
      return items.map(\.trimmed).filter { !$0.isEmpty }
    }
    var seen: Set<String> = []
    return (names ?? []).filter { seen.insert($0).inserted }
  }

  static func retention(_ name: String, in known: [String: Retention]) throws(ConfigProblem) -> Retention {
    guard let retention = known[name] else {
      throw ConfigProblem("unknown retention", allowed: known.keys.sorted().joined(separator: ", "))
    }
    return retention
  }

  /// Keys whose meaning this version cannot honour, and must not pretend to.
  private static func refuseLaterKeys(_ reader: inout SectionReader) {
    if reader.secret("push_token") != nil {
      reader.fail("push_token", "push is not supported by this version", allowed: "no push_token: the device is polled")
    }
  }

  private static func endpoint(
    _ reader: inout SectionReader, _ context: DeviceContext, _ isPolled: Bool, useSSL: Bool
  ) -> DeviceEndpoint {
    var port = reader.int("port", in: 1...65535, default: useSSL ? 8729 : 8728)
    // A device that switches TLS on by itself does not mean the plain port of all others, which MKTXP's own [default] spells out.
    if useSSL, port == 8728, reader.section["port"] == nil, reader.section["use_ssl"] != nil { port = 8729 }
    let host = reader.parsed("hostname") { value throws(ConfigProblem) in
      let text = value.text.hasPrefix("[") && value.text.hasSuffix("]") ? String(value.text.dropFirst().dropLast()) : value.text
      guard IPAddress(text) != nil || HostName(text) != nil else {
        throw ConfigProblem("neither an address nor a host name", allowed: "192.168.88.1, 2001:db8::1 or gw.example.net")
      }
      return text
    }
    if host == nil, isPolled, !context.isMKTXP, !reader.isSet("hostname") {
      reader.failMissing("hostname", allowed: "192.168.88.1, 2001:db8::1 or gw.example.net")
    }
    return DeviceEndpoint(host: host ?? "localhost", port: port)
  }

  private static func credentials(
    _ reader: inout SectionReader, _ context: DeviceContext, _ isPolled: Bool
  ) -> (Credentials, passwordFile: String?) {
    // An entry that is not polled may name a file that is not there.
    let written = DeviceSecrets.credentialsFile(&reader, context, isRead: isPolled)
    let isRequired = isPolled && !context.isMKTXP && written?.credentials.username == nil
    let configured = isRequired ? reader.requiredString("username") : reader.string("username", default: "user")
    let username = written?.credentials.username ?? configured
    if let written, let password = written.credentials.password {
      for key in ["password", "password_file"] { reader.accept(key) }
      let credentials = Credentials(
        username: username, password: password, plaintextLogin: reader.bool("plaintext_login", default: true))
      return (credentials, written.file)
    }
    let (password, passwordFile) = DeviceSecrets.password(&reader, context)
    let file = passwordFile ?? written?.file
    let isPasswordSet = reader.setting("password", keepingEmpty: true) != nil
    let fallback = context.isMKTXP && !isPasswordSet ? "password" : ""
    let credentials = Credentials(
      username: username, password: password ?? Secret(fallback),
      plaintextLogin: reader.bool("plaintext_login", default: true))
    return (credentials, file)
  }

  private static func billing(_ reader: inout SectionReader, _ context: DeviceContext) -> DeviceFile.Billing {
    let day = reader.int("billing_day", in: 1...28, default: 1)
    let zone = reader.parsed("time_zone") { value throws(ConfigProblem) in
      guard TimeZoneName.isKnown(value.text) else {
        throw ConfigProblem("unknown time zone", allowed: "an IANA name such as Europe/Riga")
      }
      return value.text
    }
    let quota = reader.byteSize("quota", in: 1...Int.max).map { UInt64($0) }
    return DeviceFile.Billing(day: day, timeZone: zone ?? context.timeZone, quota: quota)
  }

  private static func filter(_ key: String, _ reader: inout SectionReader) -> InterfaceFilter? {
    reader.parsed(key) { value throws(ConfigProblem) in
      let items = value.isQuoted ? value.text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty } : value.list
      return try InterfaceFilter(parsing: items)
    }
  }

  private static func uplinks(_ reader: inout SectionReader) -> UplinkRule {
    if reader.string("wan")?.lowercased() == "auto" { return .defaultRoute }
    return filter("wan", &reader).map(UplinkRule.matching) ?? .defaultRoute
  }

  /// Those of `[default]`, then the section's own, which win where a name is in both; `None` in the section is none at all.
  private static func labels(_ reader: inout SectionReader) -> [CustomLabel] {
    var layers: [[CustomLabel]] = []
    for setting in reader.layers("custom_labels") {
      if setting.value.isNone { break }
      let labels = reader.parsed(setting) { value throws(ConfigProblem) -> [CustomLabel] in
        let items = value.isQuoted ? value.text.split(separator: ",").map { String($0).trimmed } : value.list
        return try CustomLabel.parse(items.filter { !$0.isEmpty })
      }
      layers.append(labels ?? [])
    }
    var merged: [CustomLabel] = []
    for label in layers.reversed().joined() {
      if let place = merged.firstIndex(where: { $0.name == label.name }) {
        merged[place] = label
      } else {
        merged.append(label)
      }
    }
    return merged
  }
}

/// Names of the IANA time zone data base.
enum TimeZoneName {
  static func isKnown(_ name: String) -> Bool {
    name == "UTC" || (!name.hasPrefix("GMT") && name.allSatisfy(\.isASCII) && TimeZone(identifier: name) != nil)
  }

  /// The zone of this machine; UTC where it names none that all readers would know.
  static var current: String {
    let name = TimeZone.current.identifier
    return isKnown(name) ? name : "UTC"
  }
}
