import NIOConcurrencyHelpers
import NIOCore

/// What all clients of one subscription share: each second is looked up and written out once, however many there are.
///
/// Its locks are pthread's, as those of `BlockingPool`.
final class StreamFeed: Sendable {
  private struct State {
    var frame: Frame?
    var order = 0
  }

  private let asked: StreamSubscription
  private let state = NIOLockedValueBox(State())

  init(_ asked: StreamSubscription) { self.asked = asked }

  /// The subscription in this snapshot. An older snapshot than that of another client gets the other's frame.
  func frame(_ snapshot: FleetSnapshot) -> Frame {
    // Under the lock: who comes at the same time waits for this work instead of doing it again.
    state.withLockedValue { state in
      if let frame = state.frame, frame.serial >= snapshot.serial { return frame }
      let subscription = asked.isEverything ? StreamSubscription.everything(snapshot) : asked
      if let before = state.frame?.subscription, before != subscription { state.order += 1 }
      let frame = Frame(subscription, order: state.order, snapshot)
      state.frame = frame
      return frame
    }
  }

  /// A subscription at one moment.
  final class Frame: Sendable {
    /// Newest seconds whose events are kept; older ones are sent again too rarely.
    private static let kept = 16

    let serial: Int
    let subscription: StreamSubscription
    /// Rises when the lanes become others.
    let order: Int
    /// The end of the newest second that can be sent.
    let ready: Int
    private let sources: [Source]
    private let events = NIOLockedValueBox<[Int: ByteBuffer]>([:])

    fileprivate init(_ subscription: StreamSubscription, order: Int, _ snapshot: FleetSnapshot) {
      serial = snapshot.serial
      self.subscription = subscription
      self.order = order
      sources = subscription.lanes.map { Source($0, snapshot) }
      ready = StreamCursor.ready(sources.map(\.progress), now: snapshot.time)
    }

    /// The event of the second that ends at `end`.
    func event(endingAt end: Int) -> ByteBuffer {
      guard end > ready - Self.kept else { return made(end) }
      return events.withLockedValue { events in
        if let event = events[end] { return event }
        let event = made(end)
        events[end] = event
        return event
      }
    }

    private func made(_ end: Int) -> ByteBuffer {
      ByteBuffer(bytes: StreamEvent.second(endingAt: end, sources.map { $0.rates(endingAt: end) }))
    }
  }

  /// One thing that was asked for, as a snapshot has it.
  private struct Source: Sendable {
    private let device: DeviceView?
    private let interface: InterfaceView?
    private let isWhole: Bool

    init(_ lane: StreamSubscription.Lane, _ snapshot: FleetSnapshot) {
      let device = snapshot.device(named: lane.device)
      self.device = device
      isWhole = lane.key == nil
      interface = lane.key.flatMap { key in
        device?.interfaces.first { $0.key == key } ?? device?.interfaces.first { $0.sources.contains { $0.key == key } }
      }
    }

    var progress: StreamCursor.Progress {
      StreamCursor.Progress(
        end: (isWhole ? device?.historyEnd : interface?.historyEnd) ?? 0, interval: device?.interval ?? 1)
    }

    func rates(endingAt end: Int) -> Rates? {
      isWhole ? device?.rates(endingAt: end) : interface?.rates(endingAt: end)
    }
  }
}

/// The feeds that somebody listens to.
final class StreamFeeds: Sendable {
  private struct Place {
    weak var feed: StreamFeed?
  }

  private let places = NIOLockedValueBox<[StreamSubscription: Place]>([:])

  /// Subscriptions with a listener, and some that have just lost theirs.
  var count: Int { places.withLockedValue { $0.count } }

  /// The feed of a subscription; it lives as long as somebody holds it.
  func feed(_ subscription: StreamSubscription) -> StreamFeed {
    var key = subscription
    // Everything is one feed, whatever devices there are.
    if key.isEverything { key.lanes = [] }
    return places.withLockedValue { places in
      if let feed = places[key]?.feed { return feed }
      places = places.filter { $0.value.feed != nil }
      let feed = StreamFeed(subscription)
      places[key] = Place(feed: feed)
      return feed
    }
  }
}
