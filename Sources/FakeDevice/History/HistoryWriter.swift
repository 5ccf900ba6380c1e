internal import Dispatch
internal import Foundation
internal import Shared
internal import Synchronization

/// Writes past data of devices below a collector's folder, as a collector would have left them. Blocking.
struct HistoryWriter: Sendable {
  /// Rows per librrd call.
  static let batch = 8192

  let directory: CollectorDirectory
  let retention: Retention
  let plan: HistoryPlan

  /// One device; its interfaces are written by as many threads as there are processors.
  ///
  /// - Throws: `Failure` naming what could not be written; nothing that exists is ever replaced.
  func write(_ device: DeviceData) throws(Failure) {
    let folder = directory.device(device.name)
    if FileManager.default.fileExists(atPath: folder.path) {
      throw Failure(
        "\(folder.path) exists: past data are written for new devices only; remove it or choose another storage folder")
    }
    let identity = HistoryIdentity(device, start: plan.start, until: plan.until, retention: retention.name)
    do throws(FileError) {
      for path in [folder.interfaces, folder.usage, folder.events] { try AtomicFile.createFolder(path) }
    } catch {
      throw Failure(error.description)
    }
    let problem = Mutex<Failure?>(nil)
    DispatchQueue.concurrentPerform(iterations: identity.interfaces.count) { index in
      guard problem.withLock({ $0 == nil }) else { return }
      let (key, data) = identity.interfaces[index]
      do throws(Failure) {
        try write(data, key, of: device, in: folder)
      } catch {
        problem.withLock { $0 = $0 ?? error }
      }
    }
    if let failure = problem.withLock({ $0 }) { throw failure }
    do throws(FileError) {
      try EventFile.append(identity.events, to: folder)
      try identity.file.write(folder.deviceFile)
    } catch {
      throw Failure(error.description)
    }
  }

  private func write(_ data: InterfaceData, _ key: String, of device: DeviceData, in folder: DeviceDirectory) throws(Failure) {
    let counters = data.counters(boots: device.boots(started: 0))
    let absences = (device.reboots ?? []).map { $0.range(start: 0) }.sorted { $0.from < $1.from }
    do throws(ArchiveError) {
      try writeArchive(folder.archive(key), HistoryRows(rx: counters.rx, tx: counters.tx), absences)
    } catch {
      throw Failure(error.description)
    }
    let ledger = HistoryLedger(counters: counters, absences: absences)
    let result = LedgerFile(directory: folder, key: key).append(ledger.rows(from: plan.start, to: plan.until))
    if let failure = result.failure { throw Failure(failure.description) }
  }

  private func writeArchive(_ path: String, _ source: HistoryRows, _ absences: [(from: Double, to: Double)]) throws(ArchiveError)
  {
    let writer = ArchiveWriter()
    try writer.create(at: path, retention: retention, start: plan.start)
    for stretch in plan.stretches {
      let length = max(1, Self.batch / (stretch.step == 1 ? 1 : 3)) * stretch.step
      for from in stride(from: stretch.from, to: stretch.to, by: length) {
        let to = min(from + length, stretch.to)
        var rows = source.rows(from: from, to: to, step: stretch.step)
        for absence in absences where absence.from < Double(to) && Double(from) < absence.to {
          for index in rows.indices where absence.from < Double(rows[index].time) && Double(rows[index].time - 1) < absence.to {
            rows[index].rx = nil
            rows[index].tx = nil
          }
        }
        try writer.append(rows, to: path, span: stretch.step)
      }
    }
  }
}
