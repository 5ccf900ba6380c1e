/// What the overview shows, and in which order. Unknown values fall back to the default.
struct OverviewChoices: Equatable {
  enum Sort: String, CaseIterable { case state, rate, name }
  enum Filter: String, CaseIterable { case all, problems }
  enum View: String, CaseIterable { case cards, table }
  /// Of the small graphs in the table: each its own, or one for all, which then is logarithmic.
  enum Scale: String, CaseIterable { case own, log }

  /// Above this many devices the table is the default: so many graphs say nothing.
  static let cardLimit = 200

  var sort = Sort.state
  var filter = Filter.all
  /// `nil`: by the number of devices.
  var view: View?
  var scale = Scale.own
  /// Words to find in names, addresses, models and interfaces.
  var search: String?

  init(_ query: ViewQuery) {
    sort = query["sort"].flatMap(Sort.init(rawValue:)) ?? .state
    filter = query["filter"].flatMap(Filter.init(rawValue:)) ?? .all
    view = query["view"].flatMap(View.init(rawValue:))
    scale = query["scale"].flatMap(Scale.init(rawValue:)) ?? .own
    search = query["q"].map { String($0.prefix(200)) }
  }

  func view(deviceCount: Int) -> View { view ?? (deviceCount > Self.cardLimit ? .table : .cards) }

  /// The address of the overview with these choices, relative to the base path; defaults are left out.
  var address: String {
    let query = PageURL.query([
      ("sort", sort == .state ? nil : sort.rawValue), ("filter", filter == .all ? nil : filter.rawValue),
      ("view", view?.rawValue),
      ("scale", scale == .own ? nil : scale.rawValue), ("q", search),
    ])
    return PageURL.overview + (query.isEmpty ? "" : "?" + query)
  }

  /// The devices that are named like the search, in the chosen order.
  func arrange(_ devices: [DeviceView]) -> [DeviceView] {
    let words = (search ?? "").lowercased().split(whereSeparator: \.isWhitespace)
    let found = words.isEmpty ? devices : devices.filter { device in words.allSatisfy { Self.matches(device, String($0)) } }
    switch sort {
    case .name: return found
    case .rate: return found.stableSorted { Self.weight($0) > Self.weight($1) }
    case .state: return found.stableSorted { Self.rank($0.state) < Self.rank($1.state) }
    }
  }

  private static func matches(_ device: DeviceView, _ word: String) -> Bool {
    let texts = [device.name, device.identity, device.model, device.address].compactMap { $0 }
    return texts.contains { $0.lowercased().contains(word) }
      || device.interfaces.contains { $0.name.lowercased().contains(word) || $0.comment?.lowercased().contains(word) == true }
  }

  static func weight(_ device: DeviceView) -> Double { (device.rxRate ?? 0) + (device.txRate ?? 0) }

  /// The worst first.
  static func rank(_ state: DeviceState) -> Int {
    switch state {
    case .down: 0
    case .stale: 1
    case .degraded: 2
    case .starting: 3
    case .up, .push: 4
    }
  }
}

extension Array {
  /// Sorted; equal elements keep their order.
  fileprivate func stableSorted(_ precedes: (Element, Element) -> Bool) -> [Element] {
    enumerated().sorted { left, right in
      if precedes(left.element, right.element) { return true }
      if precedes(right.element, left.element) { return false }
      return left.offset < right.offset
    }.map(\.element)
  }
}
