import NIOConcurrencyHelpers
import NIOCore
import Shared
internal import Synchronization

/// Counts the connections of a whole process and keeps them below a limit, so that whoever opens many and says nothing keeps nobody out:
/// at the limit those that have been idle longest make room, and where none is idle, who comes is refused at once.
package final class ConnectionKeeper: Sendable {
  /// Connections that have just become idle are left alone: their next request may be on its way.
  private static let grace: UInt64 = 1_000_000_000
  /// Share of the limit that makes room at a time, so that not every newcomer looks through them all.
  private static let share = 16

  /// A connection's place; given back by ``leave(_:)``.
  package final class Place: Sendable {
    fileprivate let id: UInt64
    fileprivate let group: IPNetwork?
    fileprivate let channel: any Channel
    /// Nanoseconds of the steady clock; 0: it is answering.
    fileprivate let idleSince: Synchronization.Atomic<UInt64>

    fileprivate init(id: UInt64, group: IPNetwork?, channel: any Channel, now: UInt64) {
      self.id = id
      self.group = group
      self.channel = channel
      idleSince = Synchronization.Atomic(now)
    }

    func note(isIdle: Bool) {
      idleSince.store(isIdle ? NIODeadline.now().uptimeNanoseconds : 0, ordering: .relaxed)
    }
  }

  /// For metrics.
  package struct Counts: Sendable, Equatable {
    package var open = 0
    package var refused: UInt64 = 0
    package var evicted: UInt64 = 0
  }

  private struct State {
    var places: [UInt64: Place] = [:]
    var groups: [IPNetwork: Int] = [:]
    var next: UInt64 = 0
    var counts = Counts()
  }

  /// All connections together.
  package let limit: Int
  /// Those of one IPv4 address or IPv6 /64 that is no trusted proxy.
  package let groupLimit: Int
  private let state = NIOLockedValueBox(State())

  /// - Parameter groupLimit: a quarter of all by default.
  package init(limit: Int, groupLimit: Int? = nil) {
    self.limit = max(1, limit)
    self.groupLimit = groupLimit ?? max(16, limit / 4)
  }

  package var counts: Counts {
    state.withLockedValue { state in
      var counts = state.counts
      counts.open = state.places.count
      return counts
    }
  }

  /// Gives a new connection its place, if need be that of others.
  ///
  /// - Parameter peer: the other end; `nil` for one that speaks for many, as a trusted proxy does.
  /// - Returns: `nil` when there is no room.
  func admit(_ channel: any Channel, peer: IPAddress?) -> Place? {
    let now = NIODeadline.now().uptimeNanoseconds
    let group = peer.flatMap { IPNetwork($0, prefixLength: $0.isIPv6 ? 64 : 32) }
    let (place, evicted) = state.withLockedValue { state -> (Place?, [Place]) in
      var evicted: [Place] = []
      if let group, state.groups[group, default: 0] >= groupLimit {
        evicted = Self.idle(state.places.values.filter { $0.group == group }, now).prefix(1).map { $0 }
        guard !evicted.isEmpty else { return refuse(&state) }
      } else if state.places.count >= limit {
        evicted = Self.idle(state.places.values, now).prefix(max(1, limit / Self.share)).map { $0 }
        guard !evicted.isEmpty else { return refuse(&state) }
      }
      for place in evicted { Self.remove(place, &state) }
      state.counts.evicted += UInt64(evicted.count)
      state.next += 1
      let place = Place(id: state.next, group: group, channel: channel, now: now)
      state.places[place.id] = place
      if let group { state.groups[group, default: 0] += 1 }
      return (place, evicted)
    }
    for place in evicted { place.channel.close(promise: nil) }
    return place
  }

  func leave(_ place: Place) {
    state.withLockedValue { Self.remove(place, &$0) }
  }

  private func refuse(_ state: inout State) -> (Place?, [Place]) {
    state.counts.refused += 1
    return (nil, [])
  }

  private static func remove(_ place: Place, _ state: inout State) {
    guard state.places.removeValue(forKey: place.id) != nil, let group = place.group else { return }
    let count = state.groups[group, default: 1] - 1
    state.groups[group] = count > 0 ? count : nil
  }

  /// Those that may go, longest idle first.
  private static func idle(_ places: some Sequence<Place>, _ now: UInt64) -> [Place] {
    places.map { (since: $0.idleSince.load(ordering: .relaxed), place: $0) }
      .filter { $0.since > 0 && $0.since + grace <= now }.sorted { $0.since < $1.since }.map(\.place)
  }
}
