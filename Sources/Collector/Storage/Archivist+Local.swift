import Logging
import Shared

/// Samples that were taken before the root said where each device stands.
extension Archivist {
  struct LocalStart: Sendable {
    /// When sampling began, epoch seconds.
    var began: Double
    /// When each device was booted at the latest, epoch seconds.
    var booted: [String: Double]
    /// Interfaces whose first reading has been seen.
    var anchored: Set<Int> = []

    init(began: Double, booted: [String: Double]) {
      self.began = began
      self.booted = booted
    }

    init(began: Double, reports: [String: DeviceStatus], now: Double) {
      self.init(began: began, booted: reports.compactMapValues { $0.facts.uptime.map { now - $0 } })
    }
  }

  /// The first reading of such a start tells no increase, since its poller did not know the one before. If the device has run ever since that
  /// one, and its counters are not lower, their difference is the increase; otherwise it stays unknown, and the ledger takes what is certain.
  mutating func anchored(_ value: LiveLine.Interface, at time: Double, _ place: Int) -> LiveLine.Interface {
    guard let start = localStart, time >= start.began, !start.anchored.contains(place) else { return value }
    localStart?.anchored.insert(place)
    guard value.rxBytes == nil, value.txBytes == nil, let rx = value.rxCounter, let tx = value.txCounter,
      let last = slots[place].store.book.last, last.time < time, rx >= last.rxCounter, tx >= last.txCounter,
      let booted = start.booted[slots[place].device], booted < last.time
    else { return value }
    var value = value
    value.rxBytes = rx - last.rxCounter
    value.txBytes = tx - last.txCounter
    return value
  }

  /// Keeps a copy on this host, for a start without the root.
  func rememberLocally(_ file: DeviceFile) {
    guard let memory = options.memory else { return }
    do throws(FileError) { try memory.keep(file) } catch {
      // Without it such a start knows less, and nothing else changes.
      logger.debug("device.json is not kept on this host", metadata: [LogKey.error: "\(error)"])
    }
  }
}
