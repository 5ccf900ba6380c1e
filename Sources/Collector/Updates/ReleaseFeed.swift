import Foundation
import Shared

/// MikroTik's release channels.
enum ReleaseChannel: String, Sendable, CaseIterable {
  case stable, testing, development
  case longTerm = "long-term"

  /// Of the version a device runs. One that names no channel, or `stable+long-term`, is a stable one.
  /// - Returns: `nil` for a channel that MikroTik has not.
  init?(_ version: RouterOSVersion) {
    guard let channel = version.channel, channel != "stable+long-term" else {
      self = .stable
      return
    }
    self.init(rawValue: channel)
  }
}

/// `update_check_url`: where the feeds of the channels are.
struct ReleaseFeedURL: Sendable, Equatable {
  static let standard = ReleaseFeedURL(checked: "https://cdn.mikrotik.com/routeros/latest-{channel}.rss")
  static let placeholder = "{channel}"

  private let template: String

  init(_ template: String) throws(ConfigProblem) {
    let url = ReleaseFeedURL(checked: template)
    let allowed = "an http or https address with \(Self.placeholder) in it, or 0 for no check"
    guard template.contains(Self.placeholder) else {
      throw ConfigProblem("does not say where the channel's name goes", allowed: allowed)
    }
    do throws(DownloadError) { _ = try DownloadURL(url[.stable]) } catch {
      throw ConfigProblem("is no address that can be fetched from", allowed: allowed)
    }
    self = url
  }

  private init(checked template: String) { self.template = template }

  subscript(channel: ReleaseChannel) -> String { template.replacing(Self.placeholder, with: channel.rawValue) }
}

/// A channel's feed: RSS, whose items are titled with a version each. Pure, in one pass, for any bytes.
enum ReleaseFeed {
  /// Longer titles are no versions.
  static let titleLimit = 300
  /// Items beyond that many titles do not count.
  static let itemLimit = 1000

  /// The highest version in the items' titles.
  static func newest(in feed: [UInt8]) -> String? {
    var newest: (text: String, version: RouterOSVersion)?
    for title in titles(feed) {
      guard let text = version(in: title), let version = RouterOSVersion(text) else { continue }
      if newest.map({ $0.version < version }) ?? true { newest = (text, version) }
    }
    return newest?.text
  }

  private static func titles(_ feed: [UInt8]) -> [ArraySlice<UInt8>] {
    var titles: [ArraySlice<UInt8>] = []
    var isInItem = false
    var title: Int?
    for place in feed.indices where feed[place] == UInt8(ascii: "<") && titles.count < itemLimit {
      let name = feed[(place + 1)...].prefix(8).prefix { $0 != UInt8(ascii: ">") && $0 > UInt8(ascii: " ") }
      switch String(decoding: name, as: UTF8.self) {
      case "item": isInItem = true
      case "/item": (isInItem, title) = (false, nil)
      case "title": title = isInItem ? place + 7 : nil
      case "/title":
        if let start = title, start <= place, place - start <= titleLimit { titles.append(feed[start..<place]) }
        title = nil
      default: break
      }
    }
    return titles
  }

  /// The first text that looks like `7.16`, `7.16.2`, `7.17beta2` or `7.17rc1`.
  static func version(in title: some Collection<UInt8>) -> String? {
    String(decoding: title, as: UTF8.self).firstMatch(of: #/[0-9]{1,4}(\.[0-9]{1,4}){1,3}((alpha|beta|rc)[0-9]{1,4})?/#).map {
      String($0.output.0)
    }
  }
}
