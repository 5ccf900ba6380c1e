import Logging
import NIOCore
import Shared

/// What a device answered about a subject.
struct PrintReadout: Sendable {
  var context: MenuContext
  var facts: MenuAnswers
  var answers: MenuAnswers

  /// What could not be asked, or was not answered.
  var problems: [RouterOSError] { (facts.failures + answers.failures).map(\.error) }
}

/// A session of its own with one device, opened when first needed and again after it broke.
actor PrintSession {
  private static let deadline = Duration.seconds(10)

  private let device: DeviceConfig
  private let resolver = HostResolver()
  private let group: any EventLoopGroup
  private let logger: Logger
  private let dhcpServer: RemoteSession?
  private let capsman: RemoteSession?
  private var connection: DeviceConnection?

  init(_ device: DeviceConfig, group: any EventLoopGroup, logger: Logger) {
    self.device = device
    self.group = group
    self.logger = logger
    let resolver = resolver
    func remote(_ remote: RemoteDevice?) -> RemoteSession? {
      remote.map { RemoteSession($0, resolver: resolver, group: group, logger: logger) }
    }
    dhcpServer = remote(device.dhcpServer)
    capsman = remote(device.capsman)
  }

  /// - Throws: ``RouterOSError`` when the device is not reached, or answers nothing of what was asked; `CancellationError`.
  func ask(_ subject: PrintSubject) async throws -> PrintReadout {
    let connection = try await open()
    do {
      return try await ask(subject, connection)
    } catch let error as RouterOSError where error.endsSession {
      self.connection = nil
      await connection.close()
      throw error
    }
  }

  func close() async {
    await connection?.close()
    connection = nil
    await dhcpServer?.close()
    await capsman?.close()
  }

  private func open() async throws -> DeviceConnection {
    if let connection { return connection }
    let opened = try await DeviceConnection.open(
      device.endpoint, credentials: device.credentials, security: device.transport.security, timeouts: ConnectionTimeouts(),
      resolver: resolver, group: group, logger: logger)
    connection = opened
    return opened
  }

  private func ask(_ subject: PrintSubject, _ connection: DeviceConnection) async throws -> PrintReadout {
    let asker = MenuAsker(connection: connection, dhcpServer: dhcpServer, capsman: capsman)
    var context = MenuContext(device)
    let facts = try await asker.ask(subject.facts(context), deadline: Self.deadline)
    subject.learn(facts, &context)
    let queries = subject.queries(facts, context)
    // Ports that are not listed cannot be monitored either.
    if queries.isEmpty, let failure = facts.failures.first { throw failure.error }
    let answers = try await asker.ask(queries, deadline: Self.deadline)
    if let failure = answers.failures.first, !queries.contains(where: { answers.reply($0) != nil }) { throw failure.error }
    return PrintReadout(context: context, facts: facts, answers: answers)
  }
}
