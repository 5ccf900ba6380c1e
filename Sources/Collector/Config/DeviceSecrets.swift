import Glibc
import Shared

/// Where a device's password comes from: a `credentials_file` that has one, as in MKTXP; else `password` or `password_file` in its own
/// section, then the systemd credential `NAME.password`, then what it inherits. An inherited `credentials_file` gives way to a
/// `password_file` of the section's own and to the systemd credential.
enum DeviceSecrets {
  /// A password is a line, not a document.
  static let sizeLimit = 4096

  /// The password, `nil` when none is given anywhere, and the file it comes from. Blocking: reads a small file.
  static func password(_ reader: inout SectionReader, _ context: DeviceContext) -> (secret: Secret?, file: String?) {
    let file = reader.path("password_file", relativeTo: context.directory, environment: context.environment)
    let isOwnFile = isOwn("password_file", reader)
    let isOwnPassword = isOwn("password", reader)
    if isOwnFile, isOwnPassword {
      reader.fail("password_file", "there is a password in the same section as well", allowed: "one of the two")
      return (nil, nil)
    }
    if isOwnPassword { return (reader.secret("password"), nil) }
    if isOwnFile, let file { return (read(file, "password_file", &reader, context), file) }
    if let credential = credential(reader.section.name, context) {
      // The service manager decides who may read it.
      return (read(credential, "password", &reader, context, isPrivate: true), credential)
    }
    if let file {
      if reader.secret("password") != nil {
        reader.fail("password_file", "a password is inherited as well", allowed: "one of the two")
      }
      return (read(file, "password_file", &reader, context), file)
    }
    return (reader.secret("password"), nil)
  }

  /// What `credentials_file` says, and the file; `nil` when there is none, or it gives way. Blocking: reads a small file.
  static func credentialsFile(
    _ reader: inout SectionReader, _ context: DeviceContext, isRead: Bool
  ) -> (credentials: CredentialsFile, file: String)? {
    guard let path = reader.path("credentials_file", relativeTo: context.directory, environment: context.environment), isRead
    else { return nil }
    if isOwn("credentials_file", reader) {
      if isOwn("password_file", reader) {
        reader.fail("credentials_file", "there is a password_file in the same section as well", allowed: "one of the two")
      }
    } else if isOwn("password_file", reader) || credential(reader.section.name, context) != nil {
      return nil
    }
    do throws(ConfigProblem) {
      let bytes = try bytes(path, limit: CredentialsFile.sizeLimit, allowsExposed: context.allowsExposedSecrets)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ConfigProblem("\(path) is no UTF-8", allowed: CredentialsFile.allowed)
      }
      do throws(ConfigProblem) { return (try CredentialsFile(parsing: text), path) } catch {
        throw ConfigProblem("\(path): \(error.problem)", allowed: error.allowed)
      }
    } catch {
      reader.fail("credentials_file", error.problem, allowed: error.allowed)
      return nil
    }
  }

  /// The file of `LoadCredential=NAME.password:…`, if the service manager left one.
  static func credential(_ name: String, _ context: DeviceContext) -> String? {
    guard let directory = context.environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/"), !name.contains("/"),
      !name.hasPrefix(".")
    else { return nil }
    let path = directory + "/" + name + ".password"
    return FileStamp(path: path) == nil ? nil : path
  }

  private static func isOwn(_ key: String, _ reader: SectionReader) -> Bool {
    reader.section[key].map { !$0.value.isEmpty && !$0.value.isNone } ?? false
  }

  private static func read(
    _ path: String, _ key: String, _ reader: inout SectionReader, _ context: DeviceContext, isPrivate: Bool = false
  ) -> Secret? {
    do throws(ConfigProblem) {
      return Secret(try text(path, allowsExposed: isPrivate || context.allowsExposedSecrets))
    } catch {
      reader.fail(key, error.problem, allowed: error.allowed)
      return nil
    }
  }

  private static func bytes(_ path: String, limit: Int, allowsExposed: Bool) throws(ConfigProblem) -> [UInt8] {
    // Secrets are often reached by links; what a link leads to must still be a regular file.
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else {
      throw ConfigProblem("\(path): \(String(cString: strerror(path.utf8.contains(0) ? EINVAL : errno)))")
    }
    defer { free(resolved) }
    let file = String(cString: resolved)
    let bytes: [UInt8]
    let permissions: UInt32
    do throws(FileError) {
      permissions = try FileStatus(file).permissions
      bytes = try BoundedFile.read(file, limit: limit)
    } catch {
      throw ConfigProblem(error.description)
    }
    guard permissions & 0o004 == 0 || allowsExposed else {
      throw ConfigProblem(
        "\(path): others can read this file (mode \(String(permissions, radix: 8)))", allowed: "chmod o-rwx")
    }
    return bytes
  }

  /// The text of a file without the line end after it.
  private static func text(_ path: String, allowsExposed: Bool) throws(ConfigProblem) -> String {
    var line = try bytes(path, limit: sizeLimit, allowsExposed: allowsExposed)[...]
    if line.last == UInt8(ascii: "\n") { line.removeLast() }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard let text = String(validating: line, as: UTF8.self), !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw ConfigProblem("\(path) holds more than a line of text", allowed: "one line of UTF-8: the password")
    }
    guard !text.isEmpty else { throw ConfigProblem("\(path) is empty", allowed: "one line: the password") }
    return text
  }
}
