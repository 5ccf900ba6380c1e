import HTTPService
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Shared
import Synchronization

/// `/api/v1/stream`: live rates as server-sent events, one a second.
struct StreamRoute {
  /// Streams open at once on a node.
  static let limit = 2000
  /// How often a stream looks for news, and how often it says that it is alive.
  private static let tick = Duration.milliseconds(200)
  private static let keepAlive = 15.0
  /// Bytes of missed seconds that are sent at once.
  private static let pieceSize = 32 << 10

  let services: WebServices

  func add(to group: RouterGroup<WebContext>) { group.get("stream", use: stream) }

  @Sendable private func stream(_ request: Request, _ context: WebContext) async throws -> Response {
    let subscription = try StreamSubscription(query: request.uri.query, snapshot: services.fleet.snapshot())
    let lastID = request.headers[HTTPField.Name("Last-Event-ID")!].flatMap { Int($0) }
    guard request.method != .head else { return Response(status: .ok, headers: Self.headers) }
    guard let ticket = services.streams.enter(limit: Self.limit) else {
      throw HTTPProblem.unavailable("\(Self.limit) streams are open; the page can poll instead", retryAfter: 30)
    }
    let services = services
    let feed = services.feeds.feed(subscription)
    return Response(
      status: .ok, headers: Self.headers,
      body: ResponseBody { writer in
        defer { ticket.leave() }
        let cursor = StreamCursor(lastEventID: lastID, now: services.now())
        try await Self.send(feed, cursor, services, to: &writer)
        try await writer.finish(nil)
      })
  }

  private static func send(
    _ feed: StreamFeed, _ cursor: StreamCursor, _ services: WebServices, to writer: inout any ResponseBodyWriter
  ) async throws {
    var cursor = cursor
    var greeted = services.now()
    var frame = feed.frame(services.fleet.snapshot())
    var order = frame.order
    try await writer.write(ByteBuffer(bytes: StreamEvent.hello(frame.subscription, time: greeted)))
    for await _ in Ticks(period: tick).cancelOnGracefulShutdown() {
      frame = feed.frame(services.fleet.snapshot())
      if frame.order != order {
        order = frame.order
        try await writer.write(ByteBuffer(bytes: StreamEvent.hello(frame.subscription, time: services.now())))
      }
      // A write waits while the client does not take what was sent: nothing piles up for a slow one, and the connection's guard ends
      // it when that takes too long.
      let due = cursor.take(through: frame.ready)
      if due.count == 1 { try await writer.write(frame.event(endingAt: due.lowerBound)) }
      if due.count > 1 {
        var piece = ByteBuffer()
        for end in due {
          piece.writeImmutableBuffer(frame.event(endingAt: end))
          guard piece.readableBytes >= pieceSize || end == due.upperBound - 1 else { continue }
          try await writer.write(piece)
          piece = ByteBuffer()
        }
      }
      // A clock that was set back does not keep it silent.
      if abs(services.now() - greeted) >= keepAlive {
        greeted = services.now()
        try await writer.write(ByteBuffer(bytes: StreamEvent.keepAlive))
      }
    }
    try await writer.write(ByteBuffer(bytes: StreamEvent.bye))
  }

  private static let headers: HTTPFields = {
    var headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
    // nginx would hold events back otherwise.
    if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
    return headers
  }()
}

/// Counts open streams.
final class StreamCount: Sendable {
  private let count = Mutex(0)

  var open: Int { count.withLock { $0 } }

  /// `nil` when `limit` streams are open.
  func enter(limit: Int) -> Ticket? {
    let isRoom = count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    return isRoom ? Ticket(counter: self) : nil
  }

  /// A place that is given back once, at the latest when nobody holds it: a response may be dropped before it is written.
  final class Ticket: Sendable {
    private let counter: StreamCount
    private let isHeld = Mutex(true)

    fileprivate init(counter: StreamCount) { self.counter = counter }

    func leave() {
      let wasHeld = isHeld.withLock { held in
        defer { held = false }
        return held
      }
      if wasHeld { counter.count.withLock { $0 -= 1 } }
    }

    deinit { leave() }
  }
}

/// A beat that goes on until its task is cancelled.
struct Ticks: AsyncSequence, Sendable {
  let period: Duration

  struct AsyncIterator: AsyncIteratorProtocol {
    let period: Duration

    func next() async -> Void? {
      do { try await Task.sleep(for: period) } catch { return nil }
      return ()
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(period: period) }
}
