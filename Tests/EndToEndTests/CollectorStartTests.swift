import Foundation
import Shared
import TestSupport
import Testing

/// What a person sees who starts the collector wrongly.
@Suite struct CollectorStartTests {
  /// Runs the collector with these arguments to its end.
  private func run(_ arguments: [String], in folder: TemporaryDirectory) async throws -> (
    status: Int32, output: String, errors: String
  ) {
    let process = try ChildProcess(try Products.path("tikwatch-collector"), arguments, in: folder)
    let status = try await process.exitStatus()
    return (status, process.standardOutput, process.standardError)
  }

  private func write(_ text: String, mode: Int = 0o600, in folder: TemporaryDirectory) throws -> String {
    let path = try folder.write("collector.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  @Test(arguments: [
    ["run", "--no-such-option"], ["run", "surplus"], ["fly"], [], ["run", "--config", "a", "--cfg-dir", "b"],
    ["run", "--log-level", "loud"], ["run", "--quiet", "--log-level", "info"], ["run", "--config"],
  ])
  func usageErrorsExitWith2AndOneLine(_ arguments: [String]) async throws {
    let (status, output, errors) = try await run(arguments, in: TemporaryDirectory())
    #expect(status == 2)
    #expect(output.isEmpty)
    #expect(errors.split(separator: "\n").count == 1, "\(errors)")
    #expect(errors.hasPrefix("tikwatch-collector: "))
  }

  @Test func helpAndVersionExitWith0() async throws {
    let folder = try TemporaryDirectory()
    let version = try await run(["--version"], in: folder)
    #expect(version.status == 0)
    #expect(version.output == Version.current + "\n")
    let help = try await run(["run", "--help"], in: folder)
    #expect(help.status == 0)
    #expect(help.output.contains("--cfg-dir"))
  }

  @Test func configurationErrorsExitWith3AndNameThePlace() async throws {
    let folder = try TemporaryDirectory()
    let text = "[collector]\nstorage = /tmp\nsample_interval = 0\n[gw]\nhostname = 192.0.2.1\nusername = u\nport = 99999\n"
    let path = try write(text, in: folder)
    let (status, _, errors) = try await run(["run", "--config", path], in: folder)
    #expect(status == 3)
    #expect(
      errors == """
        tikwatch-collector: \(path):3: [collector] sample_interval = "0": out of range; allowed: 1 s to 300 s
        tikwatch-collector: \(path):7: [gw] port = "99999": out of range; allowed: 1 to 65535

        """)
    let missing = try await run(["run", "--config", folder.file("none.conf")], in: folder)
    #expect(missing.status == 3)
    #expect(missing.errors == "tikwatch-collector: \(folder.file("none.conf")): no such file\n")
  }

  @Test func aFileWithPasswordsThatEverybodyCanReadIsRefused() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("file", "x".utf8)
    let text =
      "[collector]\nstorage = \(folder.file("file"))\n[gw]\nhostname = 192.0.2.1\nusername = u\npassword = s3cret-pass\n"
    let path = try write(text, mode: 0o644, in: folder)
    let refused = try await run(["run", "--config", path], in: folder)
    #expect(refused.status == 3)
    #expect(refused.errors.contains("others can read this file (mode 644); allowed: chmod o-rwx"))
    #expect(!refused.errors.contains("s3cret-pass"))
    // Accepted when asked for: then the next obstacle shows.
    let accepted = try await run(["run", "--config", path, "--insecure-config"], in: folder)
    #expect(accepted.status == 1)
  }

  @Test func aRootThatIsNoFolderIsRefused() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("file", "x".utf8)
    let file = try write("[collector]\nstorage = \(folder.file("file"))\n", in: folder)
    let (status, _, errors) = try await run(["run", "--config", file], in: folder)
    #expect(status == 1)
    #expect(errors.contains("storage = \"\(folder.file("file"))\": not a folder"))
  }

  /// Neither the root nor a place where samples could wait for it.
  @Test func withoutRootAndSpoolTheStartIsRefused() async throws {
    let folder = try TemporaryDirectory()
    try folder.write("file", "x".utf8)
    let path = try write(
      "[collector]\nstorage = \(folder.file("missing"))\nspool = \(folder.file("file/spool"))\n", in: folder)
    let (status, _, errors) = try await run(["run", "--config", path], in: folder)
    #expect(status == 1)
    #expect(errors.contains("storage = \"\(folder.file("missing"))\": no such folder"))
    #expect(errors.contains("there is no spool either"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("missing")))
  }

  @Test func aFolderInUseIsRefusedWithItsOwner() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1")])])
    let first = try rig.collector()
    try await rig.waitUntilUp(["gw"], first)
    let second = try rig.collector()
    #expect(try await second.exitStatus() == 1)
    #expect(second.standardError.contains("is in use by process \(first.pid) on "))
    #expect(try await first.end(SIGINT) == 0)
    let third = try rig.collector()
    try await rig.waitUntilUp(["gw"], third)
    #expect(try await third.end() == 0)
  }

  @Test func anMKTXPFolderRunsUnchanged() async throws {
    let rig = try await CollectorRig([.init(name: "gw", ports: [.init(name: "ether1", base: 1000)])])
    let port = try #require(rig.ports["gw"])
    try rig.folder.write(
      "mktxp/mktxp.conf",
      """
      [gw]
          hostname = 127.0.0.1   # a comment
          port = \(port)
      [off]
          enabled = False
          hostname = 192.0.2.9
      [default]
          enabled = True
          username = admin
          password = "s3cret-pass"
          use_ssl = False
          no_ssl_certificate = False
          installed_packages = True
          remote_dhcp_entry = None
          custom_labels = dc:london, rack=a1
      """.utf8)
    try rig.folder.write("mktxp/_mktxp.conf", "[MKTXP]\n    listen = '127.0.0.1:0'\n    socket_timeout = 5\n".utf8)
    // As root the default is a system folder, which a test does not touch.
    let state = rig.folder.file("state")
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
    let collector = try rig.unprivileged(
      ["run", "--cfg-dir", rig.folder.file("mktxp")], owning: [state],
      environment: ["XDG_STATE_HOME": state, "HOME": rig.folder.path])
    try await expectUp(collector, root: state + "/tikwatch")
  }

  private func expectUp(_ collector: ChildProcess, root: String) async throws {
    var directory: CollectorDirectory?
    try await collector.wait(for: "device up") {
      directory = (try? BoundedFile.list(root))?.first.flatMap { DataDirectory(root: root).collector(folder: $0) }
      guard let directory else { return false }
      let devices = (try? Heartbeat.read(directory.heartbeat))?.devices
      return devices?["gw"]?.state == .up && devices?.count == 1
    }
    let metrics = try directory.map { try BoundedFile.read($0.device("gw").metrics, limit: 1 << 20) } ?? []
    #expect(String(decoding: metrics, as: UTF8.self).contains("dc=\"london\",rack=\"a1\""))
    #expect(try await collector.end() == 0)
  }
}
