import Shared
import Synchronization

/// The thread that writes archives, ledgers, events and the files of devices.
extension StorageService {
  func runArchive(_ opened: ([String: DevicePast]) -> Void) {
    let retentions = Dictionary(options.devices.map { ($0.name, $0.retention) }) { $1 }
    var archivist = Archivist(
      Archivist.Options(
        directory: options.directory, retentions: retentions, flushInterval: max(1, Int(options.flushInterval.rounded())),
        sampleInterval: options.sampleInterval, lock: access.lock, memory: memory),
      time: time, logger: logger)
    archivist.localStart = isLocal.withLock { $0 }.map {
      Archivist.LocalStart(began: $0, reports: recorder.reports, now: time.epoch)
    }
    let pasts = archivist.restore(options.devices, spool: spool, now: time.epoch)
    batches.finished(BatchQueue.Status(archivist, now: time.epoch))
    batches.open()
    opened(pasts)
    var next = time.steady + 1
    while true {
      archive.pause(next - time.steady)
      let isStopping = archive.isStopping
      guard isStopping || time.steady >= next else { continue }
      batches.setBusy(since: time.steady)
      take(into: &archivist)
      admissions.serve(&archivist, now: time.epoch)
      if isStopping {
        archivist.finish(now: time.epoch, deadline: time.steady + options.stopLimit / 2)
        return
      }
      next = max(next + 1, time.steady)
      archivist.tick(now: time.epoch)
      batches.finished(BatchQueue.Status(archivist, now: time.epoch))
      batches.setBusy(since: nil)
    }
  }

  private func take(into archivist: inout Archivist) {
    let work = batches.take()
    // The queue was too short: the journal has what is missing, and what is in both counts once.
    if let since = work.missedSince { archivist.replay(from: since, now: time.epoch) }
    for line in work.lines { archivist.take(line, now: time.epoch) }
    archivist.take(work.rest, now: time.epoch)
  }
}
