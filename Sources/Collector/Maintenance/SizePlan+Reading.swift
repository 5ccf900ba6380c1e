import Shared

extension SizePlan {
  /// Counts given on the command line take the place of what is known.
  struct Assumption: Sendable {
    var devices: Int?
    var interfaces: Int?
    /// For devices that are not configured.
    var retention: Retention
  }

  /// Looks at what is there. Blocking.
  init(_ context: StorageContext, _ assumption: Assumption) throws(FileError) {
    var devices: [Device] = []
    if let count = assumption.devices {
      let each = assumption.interfaces
      devices = (0..<count).map { index in
        Device(
          device: "device \(index + 1)", retention: assumption.retention.name, bytesPerArchive: assumption.retention.bytes,
          interfaces: each)
      }
    } else {
      for device in context.devices { devices.append(try Self.device(device, context, assumption)) }
    }
    self.init(
      devices: devices, freeBytes: try DiskSpace.free(context.root), retentions: Array(context.retentions.values))
  }

  private static func device(
    _ device: DeviceConfig, _ context: StorageContext, _ assumption: Assumption
  ) throws(FileError) -> Device {
    let directory = context.directory.device(device.name)
    var line = Device(device: device.name, retention: device.retention.name, bytesPerArchive: device.retention.bytes)
    for file in try MigrationPlan.list(directory.interfaces) where StorageVerifier.isArchive(file) {
      guard let entry = try FileStatus(ifAny: directory.interfaces + "/" + file), entry.kind == .file else { continue }
      line.existing += 1
      line.existingBytes += entry.size
    }
    if let given = assumption.interfaces {
      line.interfaces = given
    } else {
      // Missing, or unreadable, which `verify` tells: how many there will be is not known.
      let known = (try? DeviceFile.read(directory.deviceFile))?.interfaces.count
      line.interfaces = known.map { max($0, line.existing) } ?? (line.existing > 0 ? line.existing : nil)
    }
    return line
  }
}
