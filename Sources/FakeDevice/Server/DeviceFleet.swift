internal import Foundation
internal import NIOCore
internal import NIOPosix

/// All devices of one process on one event loop thread: answering is so little work that more would only cost memory.
final class DeviceFleet: Sendable {
  let servers: [DeviceServer]
  private let group: MultiThreadedEventLoopGroup

  /// Takes a port for each device: `port`, `port + 1`, …, or any free ones when `port` is 0.
  ///
  /// - Throws: `DataError` or `ListenError`.
  init(_ file: DataFile, _ options: FleetOptions) throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let started = options.now()
    var servers: [DeviceServer] = []
    for (index, data) in file.devices.enumerated() {
      let device = try FakeDevice(
        data, user: options.user, password: options.password, oldLogin: options.isOldLogin, started: started)
      servers.append(
        try DeviceServer(
          device: device, address: options.address, port: options.port == 0 ? 0 : options.port + index, group: group,
          now: options.now))
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
  /// For devices whose data names no user or password.
  var user = "admin"
  var password = ""
  /// All devices log in as before 6.43.
  var isOldLogin = false
  /// Epoch seconds.
  var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
}
