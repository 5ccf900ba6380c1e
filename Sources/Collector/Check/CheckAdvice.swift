/// The RouterOS command, or the change of the configuration, that would correct a failure at this device.
struct CheckAdvice: Sendable {
  let device: DeviceConfig

  /// Falls back to the general advice of the failure.
  func text(for failure: RouterOSFailure) -> String? {
    let user = RouterOSText.quoted(device.credentials.username)
    switch failure {
    case .connectionRefused, .closedBeforeAnyByte:
      return
        "/ip service set \(service) disabled=no port=\(device.endpoint.port); allow this host's address, if the service has a "
        + "list: /ip service print"
    case .noConnectionInTime, .unreachable:
      return "check address, route and firewall: /ip firewall filter print where chain=input; the device must accept TCP port "
        + "\(device.endpoint.port)"
    case .loginRejected(_, let challengeFirst):
      return "/user set \(user) password=…; or correct username and password of [\(device.name)]"
        + (challengeFirst ? "; RouterOS 6.43 and later need plaintext_login = True" : "")
    case .loginNotPermitted:
      return "/user group add name=tikwatch policy=api,read; /user set \(user) group=tikwatch"
    case .trap(let trap) where trap.meaning == .notPermitted:
      return "/user group add name=tikwatch policy=api,read; /user set \(user) group=tikwatch"
    case .loginUnanswered where device.transport.settings.useSSL == false:
      return "is this the port of API-SSL? Then set use_ssl = True"
    default: return failure.advice
    }
  }

  private var service: String { device.transport.settings.useSSL ? "api-ssl" : "api" }
}
