import Shared
import Synchronization

/// Where pollers leave what they found, and storage fetches it. No call here waits for a disk, so no poller does.
final class Recorder: Sendable {
  /// One poll of one device.
  struct Sample: Sendable, Equatable {
    var device: String
    var sample: LiveLine.Device
  }

  /// Everything left since the last fetch.
  struct Batch: Sendable {
    var samples: [Sample] = []
    /// The newest of each, by device.
    var files: [String: DeviceFile] = [:]
    var metrics: [String: [UInt8]] = [:]
    var tables: [String: TablesFile] = [:]
    var events: [String: [EventLine]] = [:]
    /// Samples that were thrown away because nobody fetched them.
    var dropped = 0
  }

  private struct State: Sendable {
    var batch = Batch()
    var reports: [String: DeviceStatus] = [:]
    var problems: [String: String] = [:]
  }

  /// Samples kept while nobody fetches them: ten minutes of a hundred devices.
  static let sampleLimit = 60_000
  /// Events kept for one device.
  static let eventLimit = 10_000

  private let state = Mutex(State())

  func record(_ sample: LiveLine.Device, of device: String) {
    state.withLock {
      if $0.batch.samples.count >= Self.sampleLimit {
        $0.batch.samples.removeFirst(Self.sampleLimit / 10)
        $0.batch.dropped += Self.sampleLimit / 10
      }
      $0.batch.samples.append(Sample(device: device, sample: sample))
    }
  }

  func report(_ status: DeviceStatus, of device: String) { state.withLock { $0.reports[device] = status } }

  /// The device is no longer configured: it leaves the heartbeat.
  func forget(_ device: String) {
    state.withLock {
      $0.reports[device] = nil
      $0.problems[device] = nil
    }
  }

  func publish(_ file: DeviceFile) { state.withLock { $0.batch.files[file.device] = file } }

  func publish(metrics: [UInt8], of device: String) { state.withLock { $0.batch.metrics[device] = metrics } }

  func publish(_ tables: TablesFile) { state.withLock { $0.batch.tables[tables.device] = tables } }

  func record(_ events: [EventLine], of device: String) {
    guard !events.isEmpty else { return }
    state.withLock {
      if $0.batch.events[device, default: []].count < Self.eventLimit { $0.batch.events[device, default: []] += events }
    }
  }

  /// Takes what was left.
  func take() -> Batch {
    state.withLock {
      let batch = $0.batch
      $0.batch = Batch()
      return batch
    }
  }

  var reports: [String: DeviceStatus] { state.withLock { $0.reports } }

  /// Tells pollers whether what they find reaches the disk.
  func setStorageProblems(_ problems: [String: String]) { state.withLock { $0.problems = problems } }

  func storageProblem(of device: String) -> String? { state.withLock { $0.problems[device] } }
}
