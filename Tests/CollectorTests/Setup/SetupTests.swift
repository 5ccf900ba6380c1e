import Foundation
import Shared
import TestSupport
import Testing

@testable import Collector

@Suite struct SetupTests {
  private let names = ["ether1", "!odd", "comment:x", "a, b", " edge", "type:y"]

  @Test(arguments: [
    ("all", ["*"]), ("*", ["*"]), ("1", ["ether1"]), ("1,1-2", ["ether1", "?odd"]), ("4", ["a? b"]),
    ("3, 5-6", ["?omment:x", "?edge", "?ype:y"]),
    ("ether*, !ether9", ["ether*", "!ether9"]), ("comment:*up*", ["comment:*up*"]),
  ])
  func interfacesAreChosen(answer: String, patterns: [String]) throws {
    #expect(try InterfaceChoice.patterns(answer, names) == patterns)
  }

  @Test(arguments: ["", ",", "0", "7", "2-1", "1-", "-", "1-2-3", "!", "99999999999999999999"])
  func whatIsNoChoiceIsRefused(answer: String) {
    #expect(throws: ConfigProblem.self) { try InterfaceChoice.patterns(answer, names) }
  }

  /// Through the file and back, a chosen number means that interface.
  @Test func aChosenInterfaceIsRecorded() throws {
    for name in names + ["ether1 (WAN)", "x#y", "%(z)s", "it's", "*", "ü"] {
      var answers = SetupAnswers()
      (answers.name, answers.host, answers.interfaces) = ("gw", "h", [InterfaceChoice.exact(name)])
      let device = try device(answers)
      #expect(device.interfaces.matches(name: name, comment: nil, type: nil, isDynamic: false), "\(name)")
      #expect(name == "*" || !device.interfaces.matches(name: "other", comment: nil, type: nil, isDynamic: false), "\(name)")
    }
  }

  private func device(_ answers: SetupAnswers, defaults: String = "") throws -> DeviceConfig {
    let head = try INIDocument(parsing: "[default]\n\(defaults)\n", file: "d")
    let text =
      "[collector]\nstorage = /s\n[default]\n\(defaults)\n"
      + (try answers.lines(defaults: head.section("default"))).joined(separator: "\n")
    var reading = CollectorConfigReading(
      document: try INIDocument(parsing: text, file: "c"), source: ConfigSource(.file("/c")), isMKTXP: false)
    return try #require(try reading.finish().config.devices.first)
  }

  /// Whatever `[default]` says, the device is the one that was tested.
  @Test(arguments: SetupTransport.allCases)
  func inheritedSettingsAreUndone(transport: SetupTransport) throws {
    var answers = SetupAnswers()
    (answers.name, answers.host, answers.transport, answers.port) = ("gw", "h", transport, transport.port)
    (answers.username, answers.password) = ("u", Secret("a, '#\" b"))
    if transport == .pin { answers.fingerprint = String(repeating: "ab", count: 32) }
    if transport == .verify { answers.authorities = try TestCertificates.shared.authority }
    let plain = try device(answers)
    let pin = "use_ssl = yes\nssl_fingerprint = \(String(repeating: "cd", count: 32))\n"
    for defaults in [
      pin, "no_ssl_certificate = yes\nport = 5\n", "use_ssl = yes\nssl_certificate_verify = yes\nssl_ca_file = x\n",
    ] {
      let inherited = try device(answers, defaults: defaults + "enabled = no\ninterfaces = none\nusername = x\npassword = y\n")
      #expect(inherited.endpoint == plain.endpoint)
      #expect(inherited.credentials == plain.credentials)
      #expect(inherited.interfaces == plain.interfaces)
      #expect(try inherited.transport.settings.policy() == plain.transport.settings.policy())
    }
    #expect(plain.credentials.password == Secret("a, '#\" b"))
  }

  @Test(arguments: [
    ("", "[n]\nx\n"), ("[a]\nk = 1", "[a]\nk = 1\n\n[n]\nx\n"), ("# c\n[n]\nk = 1\n", "# c\n[n]\nx\n"),
    ("[n]\nk = 1\n\n# about b\n[b]\n", "[n]\nx\n\n# about b\n[b]\n"),
    ("[n]\nk = '''\n# in\n[b]\n'''\n\n[b]\nj = 1", "[n]\nx\n\n[b]\nj = 1"),
    ("[a]\r\nk = 1\r\n", "[a]\r\nk = 1\r\n\r\n[n]\r\nx\r\n"),
    ("[n]\r\nk = 1\r\n\r\n[b]\r\n", "[n]\r\nx\r\n\r\n[b]\r\n"), ("[n]\n[b]\n", "[n]\nx\n[b]\n"),
    ("[a]\n[n]\n\n\n# end", "[a]\n[n]\nx\n\n\n# end"),
  ])
  func aSectionIsPutInItsPlaceAndNothingElseChanges(before: String, after: String) throws {
    let document = try INIDocument(parsing: before, file: "c")
    let text = SectionEdit.put(["[n]", "x"], named: "n", into: Array(before.utf8), document)
    #expect(String(decoding: text, as: UTF8.self) == after)
  }

  @Test func theLinesForTheDeviceQuoteWhatTheConsoleWouldRead() {
    let user = RouterOSUser(name: "a\"b", password: Secret("p$1\\"), transport: .any, port: 8730)
    #expect(
      user.lines == [
        "/user group add name=tikwatch policy=api,read",
        "/user add name=\"a\\\"b\" group=tikwatch password=\"p\\$1\\\\\"", "/ip service set api-ssl disabled=no port=8730",
      ])
  }

  @Test func passwordsAreLongAndNeverTheSame() {
    var random = SystemRandomNumberGenerator()
    let made = (0..<50).map { _ in RouterOSUser.newPassword(using: &random).reveal() }
    #expect(Set(made).count == 50)
    #expect(made.allSatisfy { $0.count == 24 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
  }
}
