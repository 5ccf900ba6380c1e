import Foundation
import Shared
import TestSupport
import Testing

struct ConfigFileTests {
  @Test func readsAFileAndItsPermissions() throws {
    try withFile("[Office]\npassword = x\n", mode: 0o640) { path in
      let file = try ConfigFile.load(path)
      #expect(file.document.section("Office")?["password"]?.value.text == "x")
      #expect(file.document.file == path)
      #expect(file.mode == 0o640)
      #expect(!file.permissionsExposeSecrets)
      #expect(file.exposedSecret == nil)
    }
  }

  @Test func followsLinks() throws {
    try withFile("[a]\n", mode: 0o600) { path in
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      #expect(try ConfigFile.load(link).document.file == link)
    }
  }

  @Test func pointsAtASecretThatOthersCanRead() throws {
    try withFile("[default]\npassword =\n[Office]\nusername = u\npassword = hunter2\n", mode: 0o644) { path in
      let file = try ConfigFile.load(path)
      #expect(file.permissionsExposeSecrets)
      #expect(
        file.exposedSecret?.description
          == "\(path):5: [Office] password = [redacted]: others can read this file (mode 644); allowed: chmod o-rwx")
    }
    try withFile("[web]\ntitle = x\npassword_file = /x\npush_token = None\n", mode: 0o644) { path in
      let file = try ConfigFile.load(path)
      #expect(file.exposedSecret == nil)
    }
  }

  @Test func saysWhyAFileCannotBeRead() throws {
    try withFile("[a]\n", mode: 0o600) { path in
      let directory = (path as NSString).deletingLastPathComponent
      #expect(message(path + ".missing") == "\(path).missing: no such file")
      #expect(message(path + "/below") == "\(path)/below: cannot be read: Not a directory")
      #expect(message(directory) == "\(directory): is a directory; allowed: a text file")
      #expect(mkfifo(path + ".fifo", 0o600) == 0)
      #expect(message(path + ".fifo") == "\(path).fifo: is not a regular file; allowed: a text file")
      #expect(message("/dev/zero") == "/dev/zero: is not a regular file; allowed: a text file")
    }
  }

  /// Root may read anything, so there the error cannot be had.
  @Test(.enabled(if: geteuid() != 0)) func saysThatPermissionIsMissing() throws {
    try withFile("[a]\n", mode: 0) { path in #expect(message(path) == "\(path): cannot be read: Permission denied") }
  }

  @Test func refusesHugeFiles() throws {
    try withFile(String(repeating: "#", count: INIDocument.sizeLimit + 1_000_000), mode: 0o600) { path in
      #expect(message(path)?.hasSuffix("allowed: at most 4194304 bytes") == true)
    }
  }

  @Test func stampTellsAChangedFile() throws {
    try withFile("[a]\n", mode: 0o600) { path in
      let first = try ConfigFile.load(path).stamp
      #expect(FileStamp(path: path) == first)
      try Data("[a]\nb = 1\n".utf8).write(to: URL(fileURLWithPath: path))
      let second = FileStamp(path: path)
      #expect(second != first)
      try Data("[a]\nb = 2\n".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      #expect(FileStamp(path: path) != second)
      #expect(FileStamp(path: path + ".missing") == nil)
    }
  }

  private func message(_ path: String) -> String? {
    do throws(ConfigErrors) {
      _ = try ConfigFile.load(path)
      return nil
    } catch {
      return error.description
    }
  }

  private func withFile(_ text: String, mode: Int, _ body: (String) throws -> Void) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("collector.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    try withExtendedLifetime(directory) { try body(path) }
  }
}
