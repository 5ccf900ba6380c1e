import Logging
import Shared

/// The last minutes of devices and interfaces for small graphs: from memory, and what a node that started of late did not see
/// itself from the archives.
struct SparkSource {
  /// Archives are read for no more than this many graphs of a page.
  static let archiveLimit = 60
  /// Unknown seconds at the beginning that are worth a look into the archive.
  private static let worthwhile = 15

  let services: WebServices

  /// The sum of each device, by name.
  func sparks(of devices: [DeviceView]) async -> [String: Spark] {
    var sparks: [String: Spark] = [:]
    for (index, device) in devices.enumerated() {
      var spark = device.spark(seconds: OverviewPage.window, end: end(device.historyEnd))
      if index < Self.archiveLimit { spark = await completed(spark, device, device.totalInterfaces) }
      sparks[device.name] = spark
    }
    return sparks
  }

  /// One interface.
  func spark(of interface: InterfaceView, _ device: DeviceView) async -> Spark {
    await completed(interface.spark(seconds: OverviewPage.window, end: end(interface.historyEnd)), device, [interface])
  }

  /// The end of a graph: its newest second, or the present where it has none of late.
  private func end(_ historyEnd: Int) -> Int { max(historyEnd, Int(services.now()) - 3) }

  /// Fills the unknown beginning. An archive that cannot be read leaves it unknown; the graph page tells why.
  private func completed(_ spark: Spark, _ device: DeviceView, _ interfaces: [InterfaceView]) async -> Spark {
    let missing = spark.values.firstIndex { $0 != nil } ?? spark.values.count
    guard missing >= Self.worthwhile, !interfaces.isEmpty else { return spark }
    var spark = spark
    var filled = [Rates?](repeating: nil, count: missing)
    let window = TimeWindow(from: spark.t0, to: spark.t0 + missing, isMoving: true)
    for interface in interfaces {
      do {
        let answer = try await services.series.answer(device: device.name, interface, window: window, points: max(1, missing))
        Self.add(answer.series, to: &filled, t0: spark.t0)
      } catch {
        services.logger.debug("Small graph stays short", metadata: [LogKey.device: "\(device.name)", LogKey.error: "\(error)"])
      }
    }
    spark.values.replaceSubrange(0..<missing, with: filled)
    return spark
  }

  private static func add(_ series: Series, to values: inout [Rates?], t0: Int) {
    for index in values.indices {
      let point = (t0 + index - series.t0) / series.step
      guard t0 + index >= series.t0, series.rx.avg.indices.contains(point) else { continue }
      let rates = Rates(rx: series.rx.avg[point], tx: series.tx.avg[point])
      guard rates.rx.isFinite, rates.tx.isFinite else { continue }
      values[index] = values[index].map { $0 + rates } ?? rates
    }
  }
}
