import Glibc
import Shared

/// Free space of a file system.
enum DiskSpace {
  /// Bytes that this user may still write at `path`, or where it would be created. Blocking.
  static func free(_ path: String) throws(FileError) -> Int {
    var place = path
    var info = statvfs()
    while statvfs(place, &info) != 0 {
      let error = FileError(errno: errno, "examine the file system of", place)
      guard error.code == .missing, place != "/" else { throw error }
      place = place.lastIndex(of: "/").map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "/"
    }
    let (free, overflow) = UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize))
    return overflow ? .max : Int(clamping: free)
  }
}
