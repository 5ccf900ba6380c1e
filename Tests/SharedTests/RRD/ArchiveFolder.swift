import Foundation
import Shared

/// A folder of archives that goes away with its owner.
final class ArchiveFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("archives-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// A new archive in the folder.
  func archive(_ retention: Retention, start: Int, name: String = "a.rrd") throws -> String {
    try ArchiveWriter().create(at: file(name), retention: retention, start: start)
    return file(name)
  }
}

/// Debian's `rrdtool`, run as a process of its own.
enum RRDTool {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  @discardableResult
  static func run(_ arguments: [String]) throws -> String {
    String(decoding: try output(arguments), as: UTF8.self)
  }

  static func output(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/rrdtool")
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let fault = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw Failure(description: "rrdtool \(arguments.first ?? ""): \(String(decoding: fault, as: UTF8.self))")
    }
    return text
  }
}
