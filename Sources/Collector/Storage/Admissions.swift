import Shared
import Synchronization

/// Devices that come while the collector runs: the archives' thread is told of them, and says where their history stands.
final class Admissions: Sendable {
  private struct Request: Sendable {
    var devices: [DeviceConfig]
    var answer: AsyncStream<DevicePast>.Continuation?
  }

  private let waiting = Mutex<[Request]>([])

  /// Makes these devices' settings known, whether they are new or not.
  func tell(_ devices: [DeviceConfig]) {
    if !devices.isEmpty { waiting.withLock { $0.append(Request(devices: devices)) } }
  }

  /// What the root has of a device, once storage has looked; `nil` when the task is cancelled before.
  func ask(_ device: DeviceConfig) async -> DevicePast? {
    let (answers, answer) = AsyncStream<DevicePast>.makeStream()
    waiting.withLock { $0.append(Request(devices: [device], answer: answer)) }
    for await past in answers { return past }
    return nil
  }

  /// Called by the archives' thread, which owns `archivist`. Blocking.
  func serve(_ archivist: inout Archivist, now: Double) {
    let requests = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for request in requests {
      for device in request.devices {
        let past = archivist.admit(device, now: now)
        request.answer?.yield(past)
      }
      request.answer?.finish()
    }
  }
}

extension Archivist {
  /// Takes over a device's settings and tells where its ledgers end.
  mutating func admit(_ device: DeviceConfig, now: Double) -> DevicePast {
    options.retentions[device.name] = device.retention
    for index in slots.indices where slots[index].device == device.name { slots[index].retention = device.retention }
    var past = DevicePast(file: readFile(device, now: now))
    // Without a folder there is no past.
    let keys = (try? BoundedFile.list(options.directory.device(device.name).usage)) ?? []
    for key in keys where FolderName.isValid(key) { place(device.name, key, now: now) }
    for slot in slots where slot.device == device.name {
      guard let last = slot.store.book.last else { continue }
      past.last[slot.key] = CounterReading(time: last.time, rx: last.rxCounter, tx: last.txCounter)
    }
    return past
  }
}
