import Shared

/// What to enter at a device's terminal for a user that may only read.
struct RouterOSUser: Sendable {
  static let group = "tikwatch"

  var name: String
  var password: Secret
  var transport: SetupTransport
  var port: Int

  /// The password stands in them: they are for the eyes of who asked for them.
  var lines: [String] {
    let service = transport == .plain ? "api" : "api-ssl"
    return [
      "/user group add name=\(Self.group) policy=api,read",
      "/user add name=\(RouterOSText.quoted(name)) group=\(Self.group) password=\(RouterOSText.quoted(password.reveal()))",
      "/ip service set \(service) disabled=no port=\(port)",
    ]
  }

  /// RouterOS 6 shows the state of LTE interfaces (`/interface lte info`) to users with the policy `test` only.
  static func testLine(group: String) -> String { "/user group set \(RouterOSText.quoted(group)) policy=api,read,test" }

  /// 24 letters and digits without those that look alike: 140 bits.
  static func newPassword(using random: inout some RandomNumberGenerator) -> Secret {
    let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
    return Secret(String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }))
  }
}
