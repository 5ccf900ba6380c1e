import Glibc

/// How many files and connections the process may have open.
package enum DescriptorLimit {
  /// Kept for files: watchers and requests must be able to read whatever the number of visitors.
  package static let reserve = 64

  /// Raises the limit as far as the system lets a process by itself, and gives what is in force then.
  package static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    if limit.rlim_cur < limit.rlim_max {
      var wanted = limit
      wanted.rlim_cur = min(limit.rlim_max, 65_536)
      if wanted.rlim_cur > limit.rlim_cur, setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
    }
    return Int(min(limit.rlim_cur, 1 << 30))
  }

  /// Connections that a process may hold so that there is room for files, and for those that are refused.
  package static func connections(wanted: Int, descriptors: Int) -> Int {
    max(4, min(wanted, (descriptors - reserve) * 8 / 9 - 4))
  }
}
