import Shared

/// Copies of the `device.json` files on local disk: who the interfaces are, for a start without the root. Blocking on local disk only.
///
/// Nothing depends on them as long as the root is there: what it says counts.
struct DeviceMemory: Sendable {
  private let folder: String

  /// - Parameter spool: the folder of the spool.
  init(spool: String) { folder = spool + ".devices" }

  private func path(_ device: String) -> String { folder + "/" + FolderName.escape(device) + ".json" }

  /// `nil`: this host does not know the device.
  func read(_ device: String) -> DeviceFile? { try? DeviceFile.read(path(device)) }

  /// Keeps a copy; one that is the same already is left alone.
  func keep(_ file: DeviceFile) throws(FileError) {
    guard read(file.device) != file else { return }
    do throws(FileError) { try file.write(path(file.device)) } catch  where error.code == .missing {
      try AtomicFile.createFolder(folder)
      try file.write(path(file.device))
    }
  }

  /// What this host knows of these devices. Where their counters stood only the root knows.
  func pasts(_ devices: [DeviceConfig]) -> [String: DevicePast] {
    Dictionary(devices.map { ($0.name, DevicePast(file: read($0.name))) }) { $1 }
  }
}

extension DeviceFile {
  /// Itself, with what an earlier file knows besides: interfaces of before, and since when each is known under which name.
  func keeping(_ earlier: DeviceFile) -> DeviceFile {
    var file = self
    for (key, before) in earlier.interfaces {
      guard var now = file.interfaces[key] else {
        file.interfaces[key] = before
        continue
      }
      guard let began = before.firstSeen, began < now.firstSeen ?? .infinity else { continue }
      now.firstSeen = began
      let former = before.names.filter { $0.from < (now.names.first?.from ?? .infinity) }
      // The first name is new only if it is another than the last one of before.
      let later = former.last?.name == now.names.first?.name ? Array(now.names.dropFirst()) : now.names
      now.names = (former + later).suffix(100)
      file.interfaces[key] = now
    }
    return file
  }
}
