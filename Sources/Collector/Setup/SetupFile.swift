import Foundation
import Glibc
import Shared

/// The configuration that a device is added to: read when needed, written once.
struct SetupFile: Sendable {
  let source: ConfigSource
  let path: String
  /// `nil`: there is none yet.
  private(set) var old: (text: [UInt8], document: INIDocument)?
  /// For a new file.
  var id: String
  var storage: String?

  /// Blocking.
  /// - Throws: ``CommandFailure``: an existing file that cannot be used is not added to.
  init(_ source: ConfigSource) throws {
    self.source = source
    path = source.files[0]
    id = source.hostName
    storage = source.storage
    do throws(FileError) { _ = try FileStatus(path, followsLinks: false) } catch {
      let folder = (path as NSString).deletingLastPathComponent
      if error.code == .missing, FileManager.default.fileExists(atPath: folder), access(folder, W_OK | X_OK) != 0 {
        throw CommandFailure.failure(
          "could not create \(path): \(String(cString: strerror(errno))); --config FILE names another place")
      }
      return
    }
    do throws(ConfigErrors) {
      _ = try source.load()
      old = (try Self.read(path), try ConfigFile.load(path).document)
    } catch {
      throw CommandFailure.configuration("\(error)\n\(path) is not changed: correct it first")
    }
  }

  var isNew: Bool { old == nil }
  var defaults: INISection? { old?.document.section("default") }

  func has(_ name: String) -> Bool { old?.document.section(name) != nil }

  /// The whole file with the device in it, and the device as the collector would read it.
  /// - Throws: what the collector would say to it.
  func with(_ answers: SetupAnswers) throws(ConfigErrors) -> (text: [UInt8], device: DeviceConfig) {
    let lines: [String]
    let head: [String]
    do throws(ConfigProblem) {
      lines = try answers.lines(defaults: defaults)
      head = [
        "# Made by \"\(CollectorCommand.programName) setup\".", "", "[collector]", "    " + (try INIText.line("id", id)),
        "    " + (try INIText.line("storage", storage ?? "/srv/tikwatch")), "",
      ]
    } catch {
      throw ConfigErrors(ConfigError(file: path, section: answers.name, problem: error.problem, allowed: error.allowed))
    }
    let text =
      if let old { SectionEdit.put(lines, named: answers.name, into: old.text, old.document) } else {
        Array((head + lines).map { $0 + "\n" }.joined().utf8)
      }
    var reading = CollectorConfigReading(
      document: try INIDocument(parsing: text, file: path), source: source, isMKTXP: false)
    let config = try reading.finish().config
    guard let device = config.devices.first(where: { $0.name == answers.name }) else {
      throw ConfigErrors(
        ConfigError(file: path, section: answers.name, problem: "this name does not make a device", allowed: "another name"))
    }
    return (text, device)
  }

  /// Writes it, unless somebody else has changed the file since.
  func write(_ answers: SetupAnswers) throws {
    do throws(ConfigErrors) {
      let text = try with(answers).text
      let now = old == nil ? nil : try Self.read(path)
      do throws(FileError) {
        if let old {
          guard now == old.text else {
            throw FileError(.changed, "write", path, "somebody else changed it meanwhile; run setup again")
          }
          try PrivateFile.replace(path, text)
        } else {
          try AtomicFile.createFolder((path as NSString).deletingLastPathComponent)
          try PrivateFile.create(path, text)
        }
      } catch {
        throw ConfigErrors(ConfigError(file: path, problem: error.description))
      }
    } catch {
      throw CommandFailure(status: 1, description: error.description)
    }
  }

  private static func read(_ path: String) throws(ConfigErrors) -> [UInt8] {
    do throws(FileError) {
      guard let resolved = realpath(path, nil) else { throw FileError(errno: errno, "read", path) }
      defer { free(resolved) }
      return try BoundedFile.read(String(cString: resolved), limit: INIDocument.sizeLimit)
    } catch {
      throw ConfigErrors(ConfigError(file: path, problem: error.description))
    }
  }
}
