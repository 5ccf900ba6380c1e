import Shared
import Testing

@testable import Collector

@Suite struct ConfigWordsTests {
  private static func device() -> DeviceConfig {
    DeviceConfig(
      name: "gw", endpoint: DeviceEndpoint(host: "192.0.2.1"),
      credentials: Credentials(username: "tikwatch", password: Secret("old-s3cret")),
      billing: .init(day: 1, timeZone: "UTC", quota: nil))
  }

  @Test func everySettingThatDiffersHasItsPhrase() throws {
    let old = Self.device()
    var new = old
    new.endpoint = DeviceEndpoint(host: "192.0.2.2", port: 8729)
    new.retention = .full
    new.interfaces = try InterfaceFilter(parsing: ["ether1"])
    new.billing.quota = 2_000_000_000_000
    new.transport.settings.useSSL = true
    #expect(
      ConfigWords.changes(from: old, to: new) == [
        "address 192.0.2.2:8729, it was 192.0.2.1:8728", "TLS, certificate not verified, it was without TLS",
        "retention full, it was standard", "other interfaces are recorded", "quota 2000000000000 bytes, it was none",
      ])
    #expect(ConfigWords.changes(from: old, to: old).isEmpty)
  }

  @Test func secretsAreNeverTold() {
    let old = Self.device()
    var new = old
    new.credentials = Credentials(username: "someone-else", password: Secret("new-s3cret"))
    new.passwordFile = "/etc/secret-place"
    let text = ConfigWords.text(from: old, to: new)
    #expect(
      text == "the configuration has changed: another user name; another password; another place of the password")
  }

  /// A setting that is added and not named here would make an event that says nothing.
  @Test func whateverMakesAConfigurationDifferentIsNamed() {
    let changes: [(inout DeviceConfig) -> Void] = [
      { $0.endpoint.port = 1 }, { $0.credentials.username = "x" }, { $0.credentials.password = Secret("x") },
      { $0.credentials.plaintextLogin = false }, { $0.transport.settings.fingerprint = "x" }, { $0.passwordFile = "/x" },
      { $0.retention = .compact }, { $0.interfaceLimit = 3 }, { $0.seriesLimit = 3 }, { $0.rateSource = .monitor },
      { $0.uplinks = .matching(.all) },
      { $0.billing.day = 2 }, { $0.billing.timeZone = "Europe/Riga" }, { $0.billing.quota = 1 },
      { $0.addsDefaultName.toggle() }, { $0.menus.switches[.health].toggle() },
    ]
    for change in changes {
      var new = Self.device()
      change(&new)
      #expect(new != Self.device())
      #expect(ConfigWords.changes(from: Self.device(), to: new).count == 1)
    }
  }
}
