import Shared

/// Which archives get which retention, and what space that takes.
struct MigrationPlan: Sendable {
  struct Item: Sendable {
    /// Below the collector's folder.
    var name: String
    var path: String
    var header: ArchiveHeader
    var bytes: Int
    var retention: Retention
  }

  /// Archives to be converted.
  private(set) var items: [Item] = []
  /// Archives that are as they should be.
  private(set) var unchanged = 0
  /// Archives that cannot be converted, and why.
  private(set) var failures: [String] = []

  /// Asked for a device that is not there, or whose retention nobody says.
  struct Refusal: Error, CustomStringConvertible { var description: String }

  /// - Parameters:
  ///   - names: devices or their folders; empty: all that have a folder.
  ///   - retention: for all of them; `nil`: as configured.
  /// Blocking.
  init(_ context: StorageContext, devices names: [String], retention: Retention?) throws {
    let folders = try Self.folders(context, names)
    for folder in folders {
      guard let directory = context.directory.device(folder: folder) else { continue }
      guard let wanted = retention ?? context.device(folder: folder)?.retention else {
        if names.isEmpty { continue }  // history of a device that is not configured any more stays as it is
        throw Refusal(description: "\(folder) is not configured: say its retention with --retention")
      }
      for file in try Self.list(directory.interfaces) where StorageVerifier.isArchive(file) {
        add("devices/\(folder)/interfaces/\(file)", directory.interfaces + "/" + file, wanted)
      }
    }
  }

  private mutating func add(_ name: String, _ path: String, _ retention: Retention) {
    do {
      let header = try ArchiveReader().header(at: path)
      if header.matches(retention) {
        unchanged += 1
      } else {
        let bytes = try FileStatus(ifAny: path)?.size ?? 0
        items.append(Item(name: name, path: path, header: header, bytes: bytes, retention: retention))
      }
    } catch {
      failures.append(String(describing: error))
    }
  }

  private static func folders(_ context: StorageContext, _ names: [String]) throws -> [String] {
    let present = try list(context.directory.devices).filter { FolderName.isValid($0) }
    guard !names.isEmpty else { return present }
    return try names.map { name in
      let folder = context.device(named: name).map { FolderName.escape($0.name) } ?? name
      if present.contains(folder) { return folder }
      let escaped = FolderName.escape(name)
      guard present.contains(escaped) else {
        throw Refusal(description: "\(name): no such device below \(context.directory.devices)")
      }
      return escaped
    }
  }

  /// The names in a folder; none when there is no folder.
  static func list(_ path: String) throws(FileError) -> [String] {
    do throws(FileError) { return try BoundedFile.list(path) } catch {
      guard error.code == .missing else { throw error }
      return []
    }
  }

  /// Bytes that must be free at the worst moment, one file after the other: the old file stays until the new one is complete.
  var peakBytes: Int {
    var grown = 0
    var peak = 0
    for item in items {
      peak = max(peak, grown + item.retention.bytes)
      grown += item.retention.bytes - item.bytes
    }
    return peak
  }

  /// By how much the archives grow in the end.
  var growth: Int { items.reduce(0) { $0 + $1.retention.bytes - $1.bytes } }
}
