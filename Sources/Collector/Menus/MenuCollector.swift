import Shared

/// Turns one menu's rows into samples. It never sees a socket, a file or a clock; the runner asks, measures and reports.
protocol MenuCollector: Sendable {
  /// What is asked. Its path names the menu in metrics and logs.
  var query: MenuQuery { get }
  /// Every family it can give, for documentation and for the check that no two menus share one.
  var metrics: [Metric] { get }
  /// Seconds between two askings, where metrics are written every `metricsInterval` seconds.
  func period(metricsInterval: Double) -> Double
  /// What it is wanted for on a device with these switches.
  func use(_ switches: MenuSwitches) -> MenuUse
  /// Rows in, samples out. No row at all is no failure: there is nothing there.
  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples
}

extension MenuCollector {
  func period(metricsInterval: Double) -> Double { metricsInterval }
  func use(_ switches: MenuSwitches) -> MenuUse { .exported }
}

/// What a menu's answer is used for.
enum MenuUse: Sendable, Equatable {
  /// It is not asked.
  case off
  /// The collector itself needs it; its families are not exported.
  case factsOnly
  case exported
}

/// A family that a menu exports: name, type and help as they appear in the text format.
struct Metric: Sendable, Equatable {
  var name: String
  var kind: MetricFamily.Kind
  var help: String

  static func gauge(_ name: String, _ help: String) -> Metric { Metric(name: name, kind: .gauge, help: help) }
  static func counter(_ name: String, _ help: String) -> Metric { Metric(name: name, kind: .counter, help: help) }
}

/// What a menu needs to know about the device for its labels.
struct MenuContext: Sendable, Equatable {
  var device: String
  var address: String
  var customLabels: [CustomLabel] = []
  var nameFormat = InterfaceNameFormat.name
  var addsDefaultName = false

  init(device: String, address: String) {
    self.device = device
    self.address = address
  }

  init(_ config: DeviceConfig) {
    self.init(device: config.name, address: config.endpoint.host)
    customLabels = config.customLabels
    nameFormat = config.nameFormat
    addsDefaultName = config.addsDefaultName
  }

  /// The labels given, then the device's two, then the custom ones. As in MKTXP a custom label adds no second one of a name that is
  /// there, and fills one whose field is missing; else a missing field is an empty label.
  func labels(_ own: [(String, String?)] = []) -> Labels {
    var labels = Labels()
    for (name, value) in own {
      labels.append(name, value ?? customLabels.first { $0.name == name }?.value ?? "")
    }
    labels.append("routerboard_name", device)
    labels.append("routerboard_address", address)
    for custom in customLabels { labels.append(custom.name, custom.value) }
    return labels
  }
}

/// What a menu gave: families with samples, and how many values could not be used.
struct MenuSamples: Sendable, Equatable {
  private(set) var families: [MetricFamily] = []
  /// Values that are no value of their field: each loses its own sample and nothing else.
  private(set) var dropped = 0

  /// Adds a sample with the value that `field` holds: no sample when it is absent, none and a count when it is unreadable.
  mutating func add<Value>(
    _ metric: Metric, _ row: Row, _ field: String, _ labels: Labels, _ parse: (String) -> Value?,
    _ value: (Value) -> MetricFamily.Value
  ) {
    switch row.read(field, parse) {
    case .absent: break
    case .unreadable: dropped += 1
    case .value(let read): add(metric, value(read), labels)
    }
  }

  /// A decimal number.
  mutating func add(number metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.number) { .double($0) }
  }

  /// A counter, exact over 64 bits.
  mutating func add(counter metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.unsigned) { .unsigned($0) }
  }

  /// `true` and `false` as 1 and 0.
  mutating func add(boolean metric: Metric, _ row: Row, _ field: String, _ labels: Labels) {
    add(metric, row, field, labels, RowValue.boolean) { .unsigned($0 ? 1 : 0) }
  }

  /// A series whose labels are the information.
  mutating func add(info metric: Metric, _ labels: Labels) { add(metric, .unsigned(1), labels) }

  mutating func add(_ metric: Metric, _ value: MetricFamily.Value, _ labels: Labels) {
    let sample = MetricFamily.Sample(value, labels: labels)
    if let place = families.firstIndex(where: { $0.name == metric.name }) {
      families[place].samples.append(sample)
    } else {
      families.append(MetricFamily(metric.name, metric.kind, help: metric.help, samples: [sample]))
    }
  }

  mutating func drop(_ count: Int = 1) { dropped += count }
}
