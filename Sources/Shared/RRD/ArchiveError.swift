import Glibc

/// Why an archive (one RRD file) could not be created, written, read or drawn.
///
/// `description` is one line that is safe to show; `advice` says what a person can do about it.
package struct ArchiveError: Error, Equatable, CustomStringConvertible {
  package enum Code: String, Sendable, CaseIterable {
    /// There is no such file.
    case missing
    /// The path names a folder, FIFO, device or symbolic link.
    case notRegularFile
    /// Not allowed to open or create it.
    case permission
    /// Creating it would replace a file that is already there.
    case exists
    /// The header contradicts itself or the size of the file.
    case corrupt
    /// A sound RRD file, but not one of ours: other data sources, consolidations or architecture.
    case foreign
    /// Another process holds librrd's lock. Nothing was written: keep the rows and try again.
    case locked
    /// A writer changed the file during every try to read it.
    case busy
    /// The disk or quota is full.
    case full
    /// The path cannot be handed to librrd.
    case badPath
    /// A time, window or number of points is out of range.
    case badRequest
    /// Reading or writing failed in the file system.
    case io
    /// librrd refused the drawing.
    case drawing
  }

  package let code: Code
  package let path: String
  /// What was attempted and what came back, librrd's or the system's own words included.
  package let detail: String

  package init(_ code: Code, path: String, detail: String) {
    self.code = code
    self.path = path
    self.detail = detail
  }

  package var description: String { "\(path): \(detail) (\(code.rawValue)): \(advice)" }

  package var advice: String {
    switch code {
    case .missing: "it appears with the first sample; check the storage folder if it was there before"
    case .notRegularFile: "remove it; archives are regular files and links below the storage folder are not followed"
    case .permission: "check owner and mode of the file and its folders"
    case .exists: "move the file away, or write to it instead of creating it"
    case .corrupt: "restore it from a backup, or move it away and a new one is begun"
    case .foreign: "archives need GAUGE data sources rx and tx and AVERAGE archives, written on the same architecture"
    case .locked: "another process reads or writes the file; the samples are kept and written with the next flush"
    case .busy: "a writer holds the file; try again"
    case .full: "free space or choose a smaller retention"
    case .badPath: "use an absolute path without '%' whose file name has only letters, digits, '.', '_' and '-'"
    case .badRequest: "correct the times or the number of points"
    case .io: "check the disk or the network mount"
    case .drawing: "report the arguments; archives are not affected"
    }
  }
}

extension ArchiveError {
  /// The code that fits a failed system call.
  static func code(errno number: Int32) -> Code {
    switch number {
    case ENOENT, ENOTDIR: .missing
    case ELOOP, EISDIR, ENXIO: .notRegularFile
    case EACCES, EPERM, EROFS: .permission
    case EEXIST: .exists
    case ENOSPC, EDQUOT, EFBIG: .full
    case ENAMETOOLONG: .badPath
    default: .io
    }
  }

  /// `number` is `errno`, read directly after the failed call.
  static func system(_ action: String, path: String, errno number: Int32) -> ArchiveError {
    ArchiveError(code(errno: number), path: path, detail: "\(action): \(String(cString: strerror(number)))")
  }
}
