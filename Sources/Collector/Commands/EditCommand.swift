import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector edit`: the configuration in the user's editor.
struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Opens the configuration in an editor, and takes it over when it is right.",
    discussion: """
      A copy is edited. The file changes once, when the collector could use what was saved; what is wrong is shown, and can be edited again \
      or kept beside the file as FILE.edit. Exit status: 0 written or unchanged, 1 failure, 2 usage, 3 what was saved cannot be used.
      """)

  @OptionGroup var options: ConfigOptions

  @Option(
    name: [.customLong("editor"), .customLong("ed", withSingleDash: true)],
    help: "The editor (default: VISUAL, EDITOR, nano, vi).")
  var editor: String?

  @Flag(name: [.customLong("internal"), .customShort("i")], help: "With --cfg-dir: _mktxp.conf in place of mktxp.conf.")
  var isInternal = false

  func validate() throws {
    if isInternal, options.configDirectory == nil { throw ValidationError("--internal needs --cfg-dir: _mktxp.conf is MKTXP's") }
    if editor?.isEmpty == true { throw ValidationError("--editor is empty") }
  }

  func run() async throws {
    let source = options.source
    let path = isInternal ? source.files[1] : source.files[0]
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandFailure.failure("there is no \(path); \(CollectorCommand.programName) setup makes a configuration")
    }
    let process = try EditorProcess.chosen(editor, source.environment)
    try await EditSession(source: source, path: path, editor: process, isInteractive: Dialogue.isPresent).run()
  }
}
