import Logging
import ServiceLifecycle
import Shared
import Synchronization

/// Knows the newest RouterOS version of every release channel that a device with `check_for_updates` is on: one for all devices.
///
/// Feeds are fetched on a thread of its own. Nobody waits for that: who asks gets what is known by now.
final class ReleaseCheck: Service {
  static let limits = Download.Limits(connect: .seconds(5), total: .seconds(10), bytes: 4 << 20)
  /// Seconds between two looks at what is due, if nothing is known to be.
  static let rest = 600.0

  private struct State: Sendable {
    var url: ReleaseFeedURL?
    var schedule = ReleaseSchedule()
  }

  private let state: Mutex<State>
  private let worker = Worker()
  private let time: TimeSource
  private let logger: Logger

  /// - Parameter url: `nil`: nothing is fetched.
  init(_ url: ReleaseFeedURL?, time: TimeSource, logger: Logger) {
    state = Mutex(State(url: url))
    self.time = time
    self.logger = logger
  }

  /// Another `update_check_url`: what the old one told counts no more.
  func use(_ url: ReleaseFeedURL?) {
    let isNews = state.withLock { state in
      guard state.url != url else { return false }
      state = State(url: url)
      return true
    }
    if isNews { worker.wake() }
  }

  /// The newest version of the channel of a device that runs `version`, as far as it is known. Sees to it that it will be.
  func newest(for version: RouterOSVersion?) -> String? {
    guard let channel = version.flatMap(ReleaseChannel.init) else { return nil }
    let (newest, isNews) = state.withLock { state in
      state.url == nil ? (nil, false) : state.schedule.ask(channel, now: time.steady)
    }
    if isNews { worker.wake() }
    return newest
  }

  /// For the heartbeat: by channel; `nil` while none is known.
  var versions: [String: String]? {
    let known = state.withLock { $0.schedule.versions }
    return known.isEmpty ? nil : Dictionary(uniqueKeysWithValues: known.map { ($0.key.rawValue, $0.value) })
  }

  func run() async throws {
    worker.start("updates") { self.watch() }
    await cancelWhenGracefulShutdown {
      // Cancelled means stopping, which the loop sees.
      while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }
    // Not awaited: a server may hold it up, and it has nothing to finish.
    worker.stop()
  }

  private func watch() {
    while !worker.isStopping {
      let (url, due) = state.withLock { ($0.url, $0.schedule.due(now: time.steady)) }
      if let url { for channel in due where !worker.isStopping { check(channel, url) } }
      let next = state.withLock { $0.schedule.next }
      worker.pause(min(Self.rest, max(1, (next ?? .infinity) - time.steady)))
    }
  }

  private func check(_ channel: ReleaseChannel, _ url: ReleaseFeedURL) {
    let chance = Double.random(in: 0...1)
    do throws(DownloadError) {
      let feed = try Download(limits: Self.limits).fetch(url[channel], accept: "application/rss+xml, application/xml, text/xml")
      guard let newest = ReleaseFeed.newest(in: feed) else {
        throw DownloadError(try DownloadURL(url[channel]), "no item's title in it has a RouterOS version")
      }
      let isBack = change(url) { $0.succeeded(channel, newest: newest, now: time.steady, chance: chance) }
      if isBack { logger.notice("RouterOS releases are known again", metadata: [LogKey.version: "\(newest)"]) }
    } catch {
      guard change(url, { $0.failed(channel, now: time.steady, chance: chance) }) else { return }
      logger.warning(
        "Cannot look for RouterOS releases, which is tried again; update_check_url = 0 turns it off",
        metadata: [LogKey.error: "\(error)"])
    }
  }

  /// Unless there is another address by now.
  private func change(_ url: ReleaseFeedURL, _ body: (inout ReleaseSchedule) -> Bool) -> Bool {
    state.withLock { $0.url == url ? body(&$0.schedule) : false }
  }
}
