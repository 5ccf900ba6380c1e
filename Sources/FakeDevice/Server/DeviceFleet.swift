internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import SecureTransport

/// All devices of one process on one event loop thread: answering is so little work that more would only cost memory.
final class DeviceFleet: Sendable {
  let servers: [DeviceServer]
  private let group: MultiThreadedEventLoopGroup

  /// Takes a port for each device: `port`, `port + 1`, …, or any free ones when `port` is 0; so too for TLS, where it is wanted.
  ///
  /// - Throws: `DataError` or `ListenError`.
  init(_ file: DataFile, _ options: FleetOptions) throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let started = options.now()
    var servers: [DeviceServer] = []
    for (index, data) in file.devices.enumerated() {
      let device = try FakeDevice(
        data, user: options.user, password: options.password, oldLogin: options.isOldLogin, started: started)
      for (port, kind) in options.services {
        servers.append(
          try DeviceServer(
            device: device, address: options.address, port: port == 0 ? 0 : port + index, kind: kind, group: group,
            now: options.now))
      }
    }
    self.servers = servers
  }

  func start() async throws(ListenError) {
    for server in servers { try await server.start() }
  }

  func stop() async {
    for server in servers { await server.stop() }
    // The threads end with the process in any case.
    try? await group.shutdownGracefully()
  }
}

/// How the devices of a process are served.
struct FleetOptions: Sendable {
  /// IPv4 or IPv6 literal.
  var address = "127.0.0.1"
  var port = 0
  /// The first device's port and the context of the service `api-ssl`, where it is offered.
  var tls: (port: Int, context: TLSServerContext)?
  /// As ``tls``, for the service without certificate.
  var anonymousTLS: (port: Int, context: TLSServerContext)?
  /// For devices whose data names no user or password.
  var user = "admin"
  var password = ""
  /// All devices log in as before 6.43.
  var isOldLogin = false
  /// Epoch seconds.
  var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }

  /// What each device offers, with the first device's port.
  var services: [(port: Int, kind: ServiceKind)] {
    var services: [(port: Int, kind: ServiceKind)] = [(port, .plain)]
    if let tls { services.append((tls.port, .tls(tls.context))) }
    if let anonymousTLS { services.append((anonymousTLS.port, .anonymousTLS(anonymousTLS.context))) }
    return services
  }
}
