import Shared

/// Turns what a device answers about one subject into samples. It never sees a socket, a file or a clock; the runner asks, measures and
/// reports.
///
/// Most menus take one `print`: those are a ``SingleMenu``.
protocol MenuCollector: Sendable {
  /// Names it in metrics and logs: the RouterOS menu that it is about.
  var path: String { get }
  /// Every family it can give, for documentation and for the check that no two menus share one.
  var metrics: [Metric] { get }
  /// Seconds between two askings, where metrics are written every `metricsInterval` seconds.
  func period(metricsInterval: Double) -> Double
  /// What it is wanted for on a device with these switches.
  func use(_ switches: MenuSwitches) -> MenuUse
  /// What it reads of ``MenuContext/known``: it is asked after the menus that tell that.
  var needs: DeviceKnowledge.Parts { get }
  /// What is asked each time, all at once. None: the device has nothing there, as far as is known.
  func queries(_ context: MenuContext) -> [MenuQuery]
  /// What the answers to ``queries(_:)`` make worth asking: `monitor` of what was listed, say.
  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery]
  /// Answers in, samples out. No row at all is no failure: there is nothing there.
  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples
}

extension MenuCollector {
  func period(metricsInterval: Double) -> Double { metricsInterval }
  func use(_ switches: MenuSwitches) -> MenuUse { .exported }
  var needs: DeviceKnowledge.Parts { [] }
  func followUps(_ answers: MenuAnswers, _ context: MenuContext) -> [MenuQuery] { [] }
}

/// A menu that takes one `print`.
protocol SingleMenu: MenuCollector {
  var query: MenuQuery { get }
  /// Rows in, samples out.
  func collect(_ rows: [Row], _ context: MenuContext) -> MenuSamples
}

extension SingleMenu {
  var path: String { query.path }
  func queries(_ context: MenuContext) -> [MenuQuery] { [query] }
  func collect(_ answers: MenuAnswers, _ context: MenuContext) -> MenuSamples { collect(answers.rows(query), context) }
}

/// How much a menu asks `monitor` for at once: a list as long as a device likes to send must not become as many commands.
enum MonitorLimit {
  /// Commands, where each tells of one item. Items beyond are counted as dropped.
  static let commands = 64
  /// Items of one command that tells of all.
  static let items = 1000
}

/// What a menu's answer is used for.
enum MenuUse: Sendable, Equatable {
  /// It is not asked.
  case off
  /// The collector itself needs it; its families are not exported.
  case factsOnly
  case exported
}
