import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector setup`: adds a device.
struct SetupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup", abstract: "Adds a device: asks, tests it, and writes the configuration.",
    discussion: """
      Every question is an option too. Without a terminal, or with --yes, nothing is asked: --name, --host and a password (--password-file \
      or --generate-password) are needed then, and what is not given has its default. Exit status: 0 written, 1 nothing was written, \
      2 usage, 3 the existing configuration cannot be used.
      """)

  @Option(help: "Configuration file, new or to be added to (default: \(ConfigSource.defaultFile)).")
  var config: String?

  @Option(help: "New file: the folder that web nodes read (default: /srv/tikwatch).")
  var storage: String?

  @Option(help: "New file: the collector's name (default: this host's).")
  var id: String?

  @Option(help: "Name of the device: its section.")
  var name: String?

  @Option(help: "Address or name to connect to.")
  var host: String?

  @Option(help: "Port (default: 8728, with TLS 8729).")
  var port: Int?

  @Option(help: "plain, pin (this certificate), verify (by an authority), anonymous (no certificate) or any (default: plain).")
  var tls: SetupTransport?

  @Option(help: "With --tls pin: SHA-256 of the certificate. Without it, the one that the device shows now.")
  var fingerprint: String?

  @Option(help: "With --tls verify: PEM file of the authorities, in place of this host's.")
  var caFile: String?

  @Option(help: "User on the device (default: tikwatch).")
  var username: String?

  @Option(help: "Read the password from the first line of this file; - is standard input.")
  var passwordFile: String?

  @Flag(help: "Make a strong password, and print the RouterOS lines for a user with it.")
  var generatePassword = false

  @Option(help: "Interfaces to record: all, or patterns (default: all).")
  var interfaces: String?

  @Flag(help: "Replace the section of this name.")
  var replace = false

  @Flag(help: "Do not connect to the device.")
  var noTest = false

  @Flag(name: .shortAndLong, help: "Ask nothing.")
  var yes = false

  func validate() throws {
    if passwordFile != nil, generatePassword {
      throw ValidationError("--password-file and --generate-password exclude each other")
    }
    if fingerprint != nil, tls != .pin { throw ValidationError("--fingerprint needs --tls pin") }
    if caFile != nil, tls != .verify { throw ValidationError("--ca-file needs --tls verify") }
    if let port, !(1...65535).contains(port) { throw ValidationError("--port is no number from 1 to 65535") }
    if [config, storage, id, name, host, username, passwordFile, interfaces].contains(where: { $0?.isEmpty == true }) {
      throw ValidationError("an option is empty")
    }
  }

  func run() async throws {
    let isInteractive = !yes && passwordFile != "-" && Dialogue.isPresent
    if !isInteractive {
      var missing: [String] = []
      if name == nil { missing.append("--name") }
      if host == nil { missing.append("--host") }
      if passwordFile == nil, !generatePassword { missing.append("--password-file or --generate-password") }
      if !missing.isEmpty { throw ValidationError("nobody can be asked: \(missing.joined(separator: ", ")) missing") }
      if generatePassword, !noTest {
        throw ValidationError(
          "--generate-password makes a user that the device does not know yet: add --no-test, or use a terminal")
      }
    }
    var options = try ConfigOptions.parse([])
    (options.config, options.storage) = (config, storage)
    var given = SetupWizard.Given()
    (given.name, given.host, given.username, given.id) = (name, host, username, id)
    (given.port, given.transport, given.fingerprint, given.interfaces) = (port, tls, fingerprint, interfaces)
    given.authorities = caFile.map(ConfigOptions.absolute)
    given.password = try passwordFile.map { try Self.password($0) }
    (given.generatesPassword, given.replaces, given.tests) = (generatePassword, replace, !noTest)
    var wizard = SetupWizard(given, file: try SetupFile(options.source), isInteractive: isInteractive)
    try await wizard.run()
  }

  /// The first line. Which files may be read is the caller's business.
  private static func password(_ path: String) throws -> Secret {
    let bytes: [UInt8]
    if path == "-" {
      bytes = Array(FileHandle.standardInput.readData(ofLength: DeviceSecrets.sizeLimit))
    } else {
      do throws(FileError) { bytes = try BoundedFile.read(ConfigOptions.absolute(path), limit: DeviceSecrets.sizeLimit) } catch {
        throw CommandFailure.failure(error)
      }
    }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else {
      throw CommandFailure.failure("could not read a password from \(path): its first line is empty or no UTF-8")
    }
    return Secret(text)
  }
}

extension SetupTransport: ExpressibleByArgument {}
