import Foundation
import HTTPService
import Logging
import NIOCore
import Shared
import Synchronization
import TestSupport

@testable import WebNode

/// A web node on a free port for the time of a test.
struct RunningNode: Sendable {
  let port: Int
  private let stopper: AsyncStream<Void>.Continuation

  /// Stops the node as a signal would.
  func stop() async { stopper.finish() }

  func get(_ target: String, method: String = "GET", headers: [String] = []) async throws -> HTTPReply {
    try await HTTPProbe.get(port, target, method: method, headers: headers)
  }

  /// The answer as JSON.
  func json(_ target: String) async throws -> JSONValue {
    let reply = try await get(target)
    return JSONValue(try JSONSerialization.jsonObject(with: Data(reply.body)))
  }

  static func config(_ storage: String...) -> WebNodeConfig {
    var config = WebNodeConfig()
    config.storage = storage
    config.listen = [.tcp(host: .address(IPAddress(v4: 0x7F00_0001)), port: 0)]
    return config
  }

  /// Starts the node, waits until it listens and has looked at its roots, and stops it after `body`.
  static func with<Result: Sendable>(
    _ config: WebNodeConfig, now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
    reader: any HandoffReader = DiskReader(), waitsForRoots: Bool = true, limits: ConnectionLimits = ConnectionLimits(),
    change: (inout WebNodeApp) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningNode) async throws -> Result
  ) async throws -> Result {
    var logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    logger.logLevel = .critical
    let (ports, found) = AsyncStream.makeStream(of: Int.self)
    var app = WebNodeApp(config: config, logger: logger, pages: try PageRoutes.pages())
    app.now = now
    app.reader = reader
    app.limits = limits
    app.drawing.program = try Products.path("tikwatch-web")
    change(&app)
    app.onListening = { if let port = $0.port { found.yield(port) } }
    let (stops, stopper) = AsyncStream.makeStream(of: Void.self)
    app.stop = { for await _ in stops {} }
    let running = app
    // Stopped as a service manager would, never by cancellation: connections that are just being accepted are to be finished too.
    let service = Task {
      defer { found.finish() }
      try await running.run()
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else {
      try await service.value
      throw StartError(message: "the node ended before it listened")
    }
    let outcome: Swift.Result<Result, any Error>
    do {
      let node = RunningNode(port: port, stopper: stopper)
      if waitsForRoots {
        try await eventually {
          try await node.get("/metrics").text.split(separator: "\n").filter { $0.hasPrefix("tikwatch_web_root_up{") }
            .allSatisfy { $0.hasSuffix(" 1") }
        }
      }
      outcome = .success(try await body(node))
    } catch {
      outcome = .failure(error)
    }
    stopper.finish()
    try await service.value
    return try outcome.get()
  }
}

/// JSON for looking into.
struct JSONValue: @unchecked Sendable {  // holds only what JSONSerialization made, which nobody changes
  let raw: Any
  init(_ raw: Any) { self.raw = raw }

  subscript(name: String) -> JSONValue { JSONValue((raw as? [String: Any])?[name] ?? NSNull()) }
  subscript(index: Int) -> JSONValue {
    let list = raw as? [Any] ?? []
    return JSONValue(index < list.count ? list[index] : NSNull())
  }
  var isNull: Bool { raw is NSNull }
  var string: String? { raw as? String }
  var double: Double? { (raw as? NSNumber)?.doubleValue }
  var int: Int? { (raw as? NSNumber)?.intValue }
  var array: [JSONValue] { (raw as? [Any] ?? []).map(JSONValue.init) }
  var keys: [String] { (raw as? [String: Any])?.keys.sorted() ?? [] }
  /// Numbers with `nil` for null.
  var numbers: [Double?] { array.map(\.double) }
}
