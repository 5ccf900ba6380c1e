import Foundation
import Shared

/// Edits a copy of a configuration file beside it; the file itself changes once, when the copy has been found right.
struct EditSession: Sendable {
  let source: ConfigSource
  let path: String
  let editor: EditorProcess
  let isInteractive: Bool
  private let dialogue = Dialogue()

  /// The copy. It stays where it is wrong and nobody wants to go on.
  private var copy: String { path + ".edit" }

  init(source: ConfigSource, path: String, editor: EditorProcess, isInteractive: Bool) {
    (self.source, self.path, self.editor, self.isInteractive) = (source, path, editor, isInteractive)
  }

  func run() async throws {
    let old = try read(path)
    try await begin(old)
    while true {
      let copy = copy
      do { try await BlockingWork.run("editor") { try editor.edit(copy) } } catch let failure as CommandFailure {
        let isUntouched = (try? read(copy)) == old
        if isUntouched { unlink(copy) }
        let rest = isUntouched ? "" : "; what was edited is in \(copy)"
        throw CommandFailure(status: failure.status, description: "\(failure.description); \(path) is unchanged\(rest)")
      }
      let new = try read(copy)
      if new == old {
        unlink(copy)
        return Console.line("\(path) is unchanged.")
      }
      if try await isRight(new) { return try finish(old, new) }
    }
  }

  /// Makes the copy, or goes on with one that was kept.
  private func begin(_ old: [UInt8]) async throws {
    guard faccessat(AT_FDCWD, copy, F_OK, AT_SYMLINK_NOFOLLOW) == 0 else {
      do throws(FileError) { try PrivateFile.create(copy, old) } catch { throw CommandFailure.failure(error) }
      return
    }
    let left = "\(copy) was left by an earlier edit"
    guard isInteractive else {
      throw CommandFailure.failure("\(left), or somebody edits now: look at it, then remove it")
    }
    if try await dialogue.confirm("\(left), or somebody edits now. Go on with it?", preset: true) { return }
    guard try await dialogue.confirm("Discard it, and begin with \(path) as it is?", preset: false) else {
      throw CommandFailure.failure("\(copy) stays; \(path) is unchanged")
    }
    unlink(copy)
    do throws(FileError) { try PrivateFile.create(copy, old) } catch { throw CommandFailure.failure(error) }
  }

  /// Whether the collector would take it. Says what is wrong and asks what to do.
  private func isRight(_ new: [UInt8]) async throws -> Bool {
    do throws(ConfigErrors) {
      let document = try INIDocument(parsing: new, file: path)
      let (_, warnings, _) = try source.load(edited: [path: document])
      // Only `_mktxp.conf` has any.
      _ = try FilterDefaults.read(document, file: path)
      for warning in warnings { Console.line("warning: \(warning)") }
      return true
    } catch {
      let kept = "\(path) is unchanged; what was edited is in \(copy)"
      guard isInteractive else { throw CommandFailure(status: 3, description: "\(error)\n\(kept)") }
      Console.line("\(error)")
      guard try await dialogue.confirm("Edit again?", preset: true) else { throw CommandFailure(status: 3, description: kept) }
      return false
    }
  }

  private func finish(_ old: [UInt8], _ new: [UInt8]) throws {
    guard try read(path) == old else {
      throw CommandFailure.failure("somebody else has changed \(path) meanwhile; what was edited is in \(copy)")
    }
    do throws(FileError) { try PrivateFile.replace(path, new) } catch {
      throw CommandFailure.failure("\(error); what was edited is in \(copy)")
    }
    unlink(copy)
    Console.line("\(path) is checked and written. A collector that runs takes it over within 5 s.")
  }

  private func read(_ path: String) throws -> [UInt8] {
    do throws(FileError) {
      guard let resolved = realpath(path, nil) else { throw FileError(errno: errno, "read", path) }
      defer { free(resolved) }
      return try BoundedFile.read(String(cString: resolved), limit: INIDocument.sizeLimit)
    } catch {
      throw CommandFailure.failure(error)
    }
  }
}
