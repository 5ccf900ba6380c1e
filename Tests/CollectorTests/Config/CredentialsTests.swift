import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct CredentialsFileTests {
  @Test(arguments: [
    ("username: tikwatch\npassword: 'it''s: #1'\n", "tikwatch", "it's: #1"),
    ("---\npassword: 00123\nssh_key_file: /x\n", nil, "00123"),
    ("{username: \"a b\", password: yes}", "a b", "yes"),
    ("username: ~\npassword: \"null\"", nil, "null"),
    ("username: u\npassword: &p secret\nssh_key: *p\n", "u", "secret"),
  ])
  func readsUserAndPasswordAsWritten(_ text: String, _ username: String?, _ password: String?) throws {
    let file = try CredentialsFile(parsing: text)
    #expect(file == CredentialsFile(username: username, password: password.map { Secret($0) }))
  }

  @Test(arguments: [
    ("", "no mapping"), ("- username\n", "no mapping"), ("hunter2", "no mapping"), ("user: a\n", "neither"),
    ("username: [hunter2]\n", "username is no text"), ("password: hunter2\npassword: hunter2\n", "there"),
    ("password: \"hunter2\n", "no YAML at line"), ("password: \"a\\nhunter2\"\n", "control characters"),
    ("\u{7}: hunter2", "no YAML"),
  ])
  func saysWhatIsWrongWithoutTheSecret(_ text: String, _ problem: String) {
    #expect {
      try CredentialsFile(parsing: text)
    } throws: { error in
      let said = String(describing: error)
      return said.contains(problem) && !said.contains("hunter2")
    }
  }

  @Test func nestedAliasesAreNotExpanded() throws {
    let lines = (1..<30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]" }
    let text = "a0: &a0 x\n" + lines.joined(separator: "\n") + "\npassword: p\n"
    #expect(try CredentialsFile(parsing: text).password == Secret("p"))
  }
}

@Suite struct CredentialsSourceTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func load(_ devices: String, environment: [String: String] = [:]) throws -> CollectorConfig {
    let text = "[collector]\nstorage = /srv\n" + devices
    let path = try folder.write("c.conf", text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    var source = ConfigSource(.file(path))
    source.environment = environment
    return try source.load().config
  }

  private func secret(_ name: String, _ text: String, mode: Int = 0o600) throws {
    let path = try folder.write(name, text.utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test func aCredentialsFileComesBeforeTheConfiguration() throws {
    try secret("c.yaml", "username: filed\npassword: filed\n")
    let device = try #require(
      load("[gw]\nhostname = h\nusername = u\npassword = p\ncredentials_file = c.yaml\n").devices.first)
    #expect(device.credentials.username == "filed")
    #expect(device.credentials.password == Secret("filed"))
    #expect(device.passwordFile == folder.file("c.yaml"))
  }

  @Test func eachValueCountsByItself() throws {
    try secret("c.yaml", "password: filed\n")
    let config = try load(
      "[default]\ncredentials_file = c.yaml\n[a]\nhostname = h\nusername = u\n[b]\nhostname = h\nusername = v\npassword = p\n")
    #expect(config.devices.map(\.credentials.username) == ["u", "v"])
    #expect(config.devices.map(\.credentials.password) == [Secret("filed"), Secret("filed")])
  }

  @Test func whatIsTheDevicesOwnComesBeforeAnInheritedFile() throws {
    try secret("c.yaml", "password: filed\n")
    try secret("own", "mine\n")
    try secret("credentials/b.password", "granted\n")
    let config = try load(
      """
      [default]
      username = u
      hostname = h
      credentials_file = c.yaml
      [a]
      password_file = own
      [b]
      """, environment: ["CREDENTIALS_DIRECTORY": folder.file("credentials")])
    #expect(config.devices.map(\.credentials.password) == [Secret("mine"), Secret("granted")])
  }

  @Test func aFileThatOthersReadIsRefused() throws {
    try secret("c.yaml", "password: hunter2\n", mode: 0o644)
    #expect {
      try load("[gw]\nhostname = h\nusername = u\ncredentials_file = c.yaml\n")
    } throws: { error in
      let said = String(describing: error)
      return said.contains("others can read this file") && said.contains("credentials_file") && !said.contains("hunter2")
    }
  }

  @Test func labelsAddUp() throws {
    let config = try load(
      """
      [default]
      hostname = h
      username = u
      custom_labels = dc:riga, rack=a1
      [a]
      [b]
      custom_labels = rack:b2, row:7
      [c]
      custom_labels = None
      """)
    #expect(
      config.devices.map { $0.customLabels.map { "\($0.name)=\($0.value)" } } == [
        ["dc=riga", "rack=a1"], ["dc=riga", "rack=b2", "row=7"], [],
      ])
  }
}
