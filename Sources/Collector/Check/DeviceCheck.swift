import Logging
import NIOCore
import SecureTransport
import Shared

/// Tries one device step by step, each with a deadline and its time: name, TCP, TLS, login, rights, menus.
struct DeviceCheck: Sendable {
  /// For connecting, securing and logging in each.
  static let stepLimit = Duration.seconds(5)
  static let menuLimit = Duration.seconds(10)
  /// For all menus of a device together.
  static let allMenusLimit = Duration.seconds(30)

  let device: DeviceConfig
  let resolver: HostResolver
  let eventLoop: any EventLoop
  let logger: Logger

  func run() async throws -> CheckReport.Device {
    var result = CheckReport.Device(name: device.name)
    guard let connection = try await connect(&result) else { return result }
    await checkRights(connection, &result)
    await checkMenus(connection, &result)
    await connection.close()
    return result
  }

  // MARK: Until the login

  private func resolve(_ result: inout CheckReport.Device) async throws -> Bool {
    let promise = eventLoop.makePromise(of: [SocketAddress].self)
    let deadline = eventLoop.scheduleTask(in: Self.stepLimit.timeAmount) {
      promise.fail(RouterOSError(device: device.endpoint, attempted: "resolve", failure: .noAddressInTime(Self.stepLimit)))
    }
    let began = ContinuousClock.now
    promise.completeWith(resolver.resolve(device.endpoint, on: eventLoop))
    defer { deadline.cancel() }
    do {
      let addresses = try await promise.futureResult.get()
      let found = addresses.compactMap(\.ipAddress)
      let failure: RouterOSFailure? = found.isEmpty ? .noAddress("the name has none") : nil
      result.add(.dns, device.endpoint.host, began, failure, advice: advice(failure))
      return failure == nil
    } catch {
      let failure = (error as? RouterOSError)?.failure ?? .noAddress(String(describing: error))
      result.add(.dns, device.endpoint.host, began, failure, advice: advice(failure))
      return false
    }
  }

  /// The steps of ``DeviceConnection/open(_:credentials:security:limits:timeouts:resolver:group:logger:)``, one by one; `nil` when one
  /// failed.
  func connect(_ result: inout CheckReport.Device) async throws -> DeviceConnection? {
    guard let connection = try await reach(&result) else { return nil }
    let user = device.credentials.username
    guard try await step(.login, user, &result, { try await connection.logIn(as: user) }) != nil else { return nil }
    return connection
  }

  /// Name, TCP and TLS: everything that needs no user.
  func reach(_ result: inout CheckReport.Device) async throws -> DeviceConnection? {
    guard try await resolve(&result) else { return nil }
    let timeouts = ConnectionTimeouts(connect: Self.stepLimit, handshake: Self.stepLimit, login: Self.stepLimit)
    let attempt = ConnectAttempt(
      endpoint: device.endpoint, timeout: timeouts.connect, resolver: resolver, eventLoop: eventLoop)
    let channel = try await step(.tcp, device.endpoint.description, &result) { try await attempt.run() }
    guard let channel else { return nil }
    let connection = DeviceConnection(
      channel: channel, endpoint: device.endpoint, credentials: device.credentials, limits: .standard, timeouts: timeouts,
      logger: logger)
    if case .tls(let context) = device.transport.security {
      let name = context.policy.description
      guard
        try await step(.tls, name, &result, { try await connection.secure(device.transport.security) }) != nil
      else { return nil }
      if let caution = device.transport.settings.caution { result.steps[result.steps.count - 1].hint = caution }
    }
    return connection
  }

  /// Runs one step and notes how it went; `nil` when it failed.
  private func step<Value: Sendable>(
    _ kind: CheckReport.Step.Kind, _ name: String, _ result: inout CheckReport.Device,
    _ body: () async throws -> Value
  ) async throws -> Value? {
    let began = ContinuousClock.now
    do {
      let value = try await body()
      result.add(kind, name, began)
      return value
    } catch let error as RouterOSError {
      result.add(kind, name, began, error.failure, advice: advice(error.failure))
      return nil
    }
  }

  // MARK: After the login

  func checkRights(_ connection: DeviceConnection, _ result: inout CheckReport.Device) async {
    let rights = RightsCheck(user: device.credentials.username)
    let began = ContinuousClock.now
    let outcome = await rights.run(connection)
    result.add(.rights, rights.name, began, error: outcome.error, hint: outcome.hint)
  }

  private func checkMenus(_ connection: DeviceConnection, _ result: inout CheckReport.Device) async {
    // Menus are tried all the same: which of them fail is what somebody wants to know.
    let end = ContinuousClock.now + Self.allMenusLimit
    let asker = MenuAsker(connection: connection)
    var context = MenuContext(device)
    for menu in MenuRegistry.all where menu.use(device.menus.switches) != .off {
      let began = ContinuousClock.now
      let limit = min(Self.menuLimit, end - began)
      guard limit > .zero else {
        result.add(.menu, menu.path, began, error: "not tried: the other menus took \(Self.allMenusLimit)", hint: nil)
        continue
      }
      do {
        let answers = try await asker.ask(menu, context, deadline: limit)
        context.known.take(menu, answers)
        if answers.isAbsent {
          result.add(.menu, menu.path, began, error: nil, hint: "this device has no such menu, which is no failure")
        } else {
          let failure = answers.failures.first?.error.failure
          result.add(.menu, menu.path, began, failure, advice: advice(failure))
        }
        if let menu = menu as? Interface { result.steps[result.steps.count - 1].hint = selection(answers.rows(menu.query)) }
      } catch let error as RouterOSError {
        result.add(.menu, menu.path, began, error.failure, advice: advice(error.failure))
        return
      } catch {
        return
      }
    }
  }

  /// What is recorded of the interfaces there are.
  private func selection(_ rows: [Row]) -> String? {
    let interfaces = rows.compactMap(InterfaceRow.init)
    let recorded = interfaces.count {
      device.interfaces.matches(name: $0.name, comment: $0.comment, type: $0.type, isDynamic: $0.isDynamic)
    }
    return recorded == 0 ? "none of \(interfaces.count) interfaces matches interfaces =; nothing is recorded" : nil
  }

  private func advice(_ failure: RouterOSFailure?) -> String? {
    failure.flatMap { CheckAdvice(device: device).text(for: $0) }
  }
}

extension CheckReport.Device {
  fileprivate mutating func add(
    _ kind: CheckReport.Step.Kind, _ name: String, _ began: ContinuousClock.Instant, _ failure: RouterOSFailure? = nil,
    advice: String? = nil
  ) {
    add(kind, name, began, error: failure?.outcome, hint: advice)
  }

  fileprivate mutating func add(
    _ kind: CheckReport.Step.Kind, _ name: String, _ began: ContinuousClock.Instant, error: String?, hint: String?
  ) {
    let ms = ((ContinuousClock.now - began).seconds * 1_000_000).rounded() / 1000
    steps.append(CheckReport.Step(step: kind, name: name, error: error, hint: hint, ms: ms))
  }
}
