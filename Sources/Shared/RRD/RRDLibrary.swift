import CRRD
import Glibc

/// The only door to librrd. Pointers never leave this type; every call clears the error, checks the result and copies the
/// message before anything else can run on the thread (librrd's error text is per thread).
///
/// Files are locked by librrd between processes, not between threads of one process: each file needs one owner here.
/// All calls block.
package enum RRDLibrary {
  /// Creates a file for `rx` and `tx` with a step of one second; never replaces one.
  static func create(at path: String, retention: Retention, start: Int, heartbeat: Int) throws(ArchiveError) {
    try checkPath(path)
    var arguments = ["rx", "tx"].map { "DS:\($0):GAUGE:\(heartbeat):0:U" }
    for archive in retention.archives {
      // A consolidated row is unknown only when all its seconds are: RRDtool wants a share below one.
      let xff = archive.step == 1 ? "0.5" : "0.99999"
      arguments += archive.consolidations.map { "RRA:\($0.rawValue):\(xff):\(archive.step):\(archive.rows)" }
    }
    rrd_clear_error()
    let result = withArguments(arguments) { count, vector in
      vector.withMemoryRebound(to: UnsafePointer<CChar>?.self, capacity: Int(count)) {
        rrd_create_r2(path, 1, time_t(start), 1, nil, nil, count, $0)
      }
    }
    guard result == 0 else { throw failure("cannot create", path: path) }
  }

  /// Applies prepared updates (`time:value:value`) in one call, skipping those not newer than the file's last one.
  ///
  /// `template` names the data sources of the values when they are not simply those of the file.
  static func update(at path: String, template: String?, updates: borrowing UpdateBatch) throws(ArchiveError) {
    try checkPath(path)
    guard updates.count > 0 else { return }
    rrd_clear_error()
    let result = updates.withVector { count, vector in
      rrd_updatex_r(path, template, Int32(RRD_SKIP_PAST_UPDATES), count, vector)
    }
    guard result == 0 else { throw failure("cannot update", path: path) }
  }

  private static func failure(_ action: String, path: String) -> ArchiveError {
    let text = message()
    return ArchiveError(code(of: text), path: path, detail: "\(action): \(text)")
  }

  /// The code that fits librrd's words: it has no error numbers, and `errno` is overwritten while it cleans up.
  static func code(of text: String) -> ArchiveError.Code {
    if text.contains("could not lock RRD") { return .locked }
    for (words, code) in [
      ("is not an RRD file", ArchiveError.Code.corrupt), ("is too small", .corrupt), ("reached EOF", .corrupt),
    ]
    where text.contains(words) {
      return code
    }
    let numbers = [ENOENT, ENOTDIR, EACCES, EPERM, EROFS, EEXIST, EISDIR, ELOOP, ENOSPC, EDQUOT, EFBIG, ENAMETOOLONG]
    for number in numbers where text.hasSuffix(String(cString: strerror(number))) { return ArchiveError.code(errno: number) }
    return .io
  }

  /// librrd's own words for the last failure on this thread.
  static func message() -> String {
    guard rrd_test_error() != 0, let text = rrd_get_error() else { return "librrd gives no reason" }
    return String(cString: text)
  }

  /// Refuses what librrd would take for something else: a format string (`%`), or a data base (`cb//`, `sql//`).
  static func checkPath(_ path: String) throws(ArchiveError) {
    var text = path
    let (isPlain, isNamed) = text.withUTF8 { bytes in
      let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[($0 + 1)...] } ?? bytes[...]
      return (
        bytes.first == UInt8(ascii: "/") && !bytes.contains(UInt8(ascii: "%")) && !bytes.contains(0) && bytes.count < 4096,
        !name.isEmpty && name.allSatisfy(isNameByte)
      )
    }
    guard isPlain else { throw ArchiveError(.badPath, path: path, detail: "is not an absolute path without '%'") }
    guard isNamed else {
      throw ArchiveError(.badPath, path: path, detail: "has a file name with characters other than A-Z a-z 0-9 . _ -")
    }
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// A C argument vector for the time of `body`.
  static func withArguments<Result>(
    _ arguments: [String], _ body: (Int32, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    defer { vector.deallocate() }
    for (index, argument) in arguments.enumerated() { vector[index] = strdup(argument) }
    vector[arguments.count] = nil
    // librrd reorders the vector while it parses options, so the strings are freed through a copy.
    let owned = (0..<arguments.count).map { vector[$0] }
    defer { for text in owned { free(text) } }
    return body(Int32(arguments.count), vector)
  }
}
