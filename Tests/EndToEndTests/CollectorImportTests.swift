import Foundation
import Shared
import TestSupport
import Testing

/// `tikwatch-collector import mktxp`, as a user runs it.
@Suite struct CollectorImportTests {
  private static func run(_ arguments: [String], in folder: TemporaryDirectory) async throws -> (Int32, String, String) {
    let process = try ChildProcess(try Products.path("tikwatch-collector"), ["import", "mktxp"] + arguments, in: folder)
    let status = try await process.exitStatus()
    return (status, process.standardOutput, process.standardError)
  }

  @Test func showsThenWritesThenRefusesToOverwrite() async throws {
    let folder = try TemporaryDirectory()
    let routers = "[Office]\nenabled = True\nhostname = 192.0.2.1\nusername = u\npassword = hunter2\nwierless = 1\n"
    try folder.write("mk/mktxp.conf", routers.utf8)
    try folder.write("mk/_mktxp.conf", "[MKTXP]\nbandwidth = False\n".utf8)
    let shown = try await Self.run(["mk"], in: folder)
    #expect(shown.0 == 0)
    #expect(shown.1.contains("the same: enabled, hostname, username, password"))
    #expect(shown.1.contains("not taken over: wierless") && !shown.1.contains("not taken over: bandwidth"))
    #expect(shown.1.contains("Nothing was written"))
    let written = try await Self.run(["mk", "--output", "new.conf", "--storage", "root"], in: folder)
    #expect(written.0 == 0, "\(written)")
    let text = try String(contentsOfFile: folder.file("new.conf"), encoding: .utf8)
    #expect(text.contains("password = hunter2") && text.contains("storage = \(folder.path)/root"))
    #expect(try FileManager.default.attributesOfItem(atPath: folder.file("new.conf"))[.posixPermissions] as? Int == 0o600)
    let again = try await Self.run(["mk", "--output", "new.conf"], in: folder)
    #expect(again.0 == 1)
    #expect(again.2.contains("File exists; another --output is needed"))
    #expect(try String(contentsOfFile: folder.file("new.conf"), encoding: .utf8) == text)
    let json = try await Self.run(["mk", "--json"], in: folder)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.1.utf8)) as? [String: Any])
    #expect(object["devices"] as? [String] == ["Office"])
    for (_, output, errors) in [shown, written, again, json] { #expect(!(output + errors).contains("hunter2")) }
    #expect(try String(contentsOfFile: folder.file("mk/mktxp.conf"), encoding: .utf8) == routers)
    #expect(try await Self.run(["nowhere"], in: folder).0 == 3)
    #expect(try await Self.run([], in: folder).0 == 2)
  }
}
