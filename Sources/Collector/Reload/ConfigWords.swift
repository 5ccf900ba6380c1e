import Shared

/// What has changed in a device's configuration, in words for people. Pure; never a secret.
enum ConfigWords {
  /// One phrase for each setting that differs; values only where they are no secret and short.
  static func changes(from old: DeviceConfig, to new: DeviceConfig) -> [String] {
    var words: [String] = []
    func note(_ isChanged: Bool, _ phrase: String) { if isChanged { words.append(phrase) } }
    note(old.endpoint != new.endpoint, "address \(new.endpoint), it was \(old.endpoint)")
    note(old.credentials.username != new.credentials.username, "another user name")
    note(old.credentials.password != new.credentials.password, "another password")
    note(old.credentials.plaintextLogin != new.credentials.plaintextLogin, "another way to log in")
    note(old.passwordFile != new.passwordFile, "another place of the password")
    note(old.transport != new.transport, "\(security(new)), it was \(security(old))")
    note(old.retention != new.retention, "retention \(new.retention.name), it was \(old.retention.name)")
    note(old.interfaces != new.interfaces, "other interfaces are recorded")
    note(old.interfaceLimit != new.interfaceLimit, "interface_limit \(new.interfaceLimit), it was \(old.interfaceLimit)")
    note(old.seriesLimit != new.seriesLimit, "series_limit \(new.seriesLimit), it was \(old.seriesLimit)")
    note(old.rateSource != new.rateSource, "rate_source \(new.rateSource.rawValue), it was \(old.rateSource.rawValue)")
    note(old.uplinks != new.uplinks, "other uplinks (wan)")
    note(old.billing.day != new.billing.day, "billing_day \(new.billing.day), it was \(old.billing.day)")
    note(old.billing.timeZone != new.billing.timeZone, "time_zone \(new.billing.timeZone), it was \(old.billing.timeZone)")
    note(old.billing.quota != new.billing.quota, "quota \(quota(new)), it was \(quota(old))")
    note(old.customLabels != new.customLabels, "other labels")
    note(
      old.nameFormat != new.nameFormat || old.addsDefaultName != new.addsDefaultName, "interfaces are called otherwise in metrics"
    )
    note(old.menus != new.menus, "other menus are asked")
    return words
  }

  /// The text of the event.
  static func text(from old: DeviceConfig, to new: DeviceConfig) -> String {
    let words = changes(from: old, to: new)
    // A rhythm that concerns all devices is no setting of this one.
    return "the configuration has changed: " + (words.isEmpty ? "settings of all devices" : words.joined(separator: "; "))
  }

  private static func security(_ device: DeviceConfig) -> String {
    let settings = device.transport.settings
    guard settings.useSSL else { return "without TLS" }
    if settings.noSSLCertificate { return "TLS without certificate" }
    if settings.fingerprint != nil { return "TLS with a pinned certificate" }
    guard settings.verify else { return "TLS, certificate not verified" }
    return "TLS, certificate verified\(settings.checkHostname ? "" : " but not its name")"
  }

  private static func quota(_ device: DeviceConfig) -> String { device.billing.quota.map { "\($0) bytes" } ?? "none" }
}
