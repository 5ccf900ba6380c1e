import Logging
import NIOPosix
import SecureTransport

/// What the wizard finds out about a device, with the steps of `check`.
struct SetupProbe: Sendable {
  struct Found: Sendable {
    var report: CheckReport.Device
    /// `nil` in a session without one, and when the device was not reached.
    var certificate: TLSCertificate?
    var interfaces: [InterfaceRow] = []
    var version: String?
  }

  let resolver = HostResolver()

  /// Name, TCP and TLS.
  func reach(_ device: DeviceConfig) async throws -> Found {
    var found = Found(report: CheckReport.Device(name: device.name))
    if let connection = try await check(device).reach(&found.report) {
      found.certificate = await connection.tls?.certificate
      await connection.close()
    }
    return found
  }

  /// All that, then login, rights and the list of interfaces.
  func logIn(_ device: DeviceConfig) async throws -> Found {
    var found = Found(report: CheckReport.Device(name: device.name))
    let check = check(device)
    guard let connection = try await check.connect(&found.report) else { return found }
    await check.checkRights(connection, &found.report)
    // A user without rights is told so above: the lists are empty then.
    let interfaces = try? await connection.run(
      MenuQuery(path: "/interface", properties: [".id"] + InterfaceRow.properties), deadline: DeviceCheck.menuLimit)
    let resource = try? await connection.run(
      MenuQuery(path: "/system/resource", properties: ["version"]), deadline: DeviceCheck.menuLimit)
    found.interfaces = (interfaces?.rows ?? []).compactMap(InterfaceRow.init).sorted { $0.order < $1.order }
    found.version = resource?.rows.first?["version"]
    await connection.close()
    return found
  }

  private func check(_ device: DeviceConfig) -> DeviceCheck {
    DeviceCheck(
      device: device, resolver: resolver, eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
      logger: Logger(label: CollectorCommand.programName) { _ in SwiftLogNoOpLogHandler() })
  }
}
