import Foundation
import TestSupport

/// A folder seen through a FUSE file system whose process the test holds: stopped, every call hangs; dead, every call fails with "transport
/// endpoint is not connected".
final class BindMount: Sendable {
  /// Why it cannot be had on this machine; `nil` when it can.
  static let obstacle: String? = {
    if geteuid() != 0 { return "mounting takes root" }
    if !canMount { return "this environment forbids to mount" }
    if access("/dev/fuse", R_OK | W_OK) != 0 { return "there is no /dev/fuse" }
    if program == nil { return "bindfs is not installed (.ci/setup tests)" }
    return nil
  }()

  private static let program = ["/usr/bin/bindfs", "/usr/local/bin/bindfs"]
    .first(where: FileManager.default.isExecutableFile(atPath:))

  /// Whether this process may mount at all: root in a container may not.
  static let canMount: Bool = {
    guard geteuid() == 0, let folder = try? TemporaryDirectory() else { return false }
    let mount = Process()
    mount.executableURL = URL(fileURLWithPath: "/bin/mount")
    mount.arguments = ["-t", "tmpfs", "-o", "size=1m", "none", folder.path]
    mount.standardError = FileHandle.nullDevice
    guard (try? mount.run()) != nil else { return false }
    mount.waitUntilExit()
    guard mount.terminationStatus == 0 else { return false }
    let unmount = try? Process.run(URL(fileURLWithPath: "/bin/umount"), arguments: [folder.path])
    unmount?.waitUntilExit()
    return true
  }()

  /// What is seen through the mount.
  let source: String
  /// Where it is seen; an empty folder while nothing is mounted.
  let point: String
  private let folder: TemporaryDirectory

  /// - Parameter source: may be watched directly while the mount hangs.
  init(_ source: String, in folder: TemporaryDirectory) throws {
    self.source = source
    self.folder = folder
    point = folder.file("mount")
    try FileManager.default.createDirectory(atPath: point, withIntermediateDirectories: true)
  }

  /// The process that serves the file system.
  func mount() async throws -> ChildProcess {
    let server = try ChildProcess(Self.program ?? "/usr/bin/bindfs", ["-f", source, point], in: folder)
    try await server.wait(for: "mounted file system", within: 60) { Self.isMounted(point) }
    return server
  }

  /// Takes the mount away, whatever state it is in.
  func unmount() async throws {
    // It may have been there several times.
    for _ in 0..<5 where Self.isMounted(point) {
      _ = try await ChildProcess("/bin/umount", ["-l", point], in: folder).exitStatus(within: 60)
    }
  }

  /// From the kernel's table: looking at the place itself would hang with it.
  private static func isMounted(_ path: String) -> Bool {
    let table = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").contains { $0.split(separator: " ").dropFirst().first.map(String.init) == path }
  }
}
