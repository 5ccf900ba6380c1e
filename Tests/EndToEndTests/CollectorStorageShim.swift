import Foundation
import TestSupport

/// A library loaded before all others that makes one folder misbehave for one program: a mount that hangs, fails or is slow, for anybody
/// to make, without being root.
struct CollectorStorageShim {
  /// `hang` blocks every call, `slow` lets each change take 2 s; the others are what every change is answered with.
  enum Mode: String, CaseIterable { case well, hang, slow, readOnly, full, permission, broken }

  /// No C compiler made the library.
  struct NotBuilt: Error, CustomStringConvertible { var description: String }

  private let library: String
  private let control: String
  private let folder: TemporaryDirectory

  init(_ folder: TemporaryDirectory) async throws {
    self.folder = folder
    library = folder.file("shim.so")
    control = try folder.write("shim.mode", Mode.well.rawValue.utf8)
    let source = try folder.write("shim.c", Self.source.utf8)
    let script =
      "for c in cc clang gcc /opt/swift/usr/bin/clang; do $c -O1 -shared -fPIC -o \(library) \(source) -ldl && exit 0; done; exit 1"
    let compiler = try ChildProcess("/bin/sh", ["-c", script], in: folder)
    guard try await compiler.exitStatus(within: 60) == 0 else { throw NotBuilt(description: compiler.standardError) }
  }

  /// What a program is started with, so that `root` misbehaves for it.
  func environment(root: String) -> [String: String] {
    ["LD_PRELOAD": library, "SHIM_ROOT": root + "/", "SHIM_CONTROL": control]
  }

  func set(_ mode: Mode) throws {
    // In one piece: a program may read it at any moment.
    let next = try folder.write("shim.next", mode.rawValue.utf8)
    guard rename(next, control) == 0 else { throw NotBuilt(description: String(cString: strerror(errno))) }
  }

  private static let source = #"""
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <stdarg.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>

    static void rest(long ms) { struct timespec t = {ms / 1000, ms % 1000 * 1000000}; nanosleep(&t, 0); }

    static void mode(char *word, size_t size) {
      memset(word, 0, size);
      const char *path = getenv("SHIM_CONTROL");
      long fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
      if (fd < 0) return;
      if (syscall(SYS_read, fd, word, size - 1) < 0) word[0] = 0;
      syscall(SYS_close, fd);
    }

    /* The error to answer with, or 0. */
    static int gate(const char *path, int changes) {
      const char *root = getenv("SHIM_ROOT");
      if (!root || !path || strncmp(path, root, strlen(root))) return 0;
      char word[32];
      for (mode(word, sizeof word); !strcmp(word, "hang"); mode(word, sizeof word)) rest(20);
      if (!changes) return 0;
      if (!strcmp(word, "slow")) rest(2000);
      if (!strcmp(word, "readOnly")) return EROFS;
      if (!strcmp(word, "full")) return ENOSPC;
      if (!strcmp(word, "permission")) return EACCES;
      if (!strcmp(word, "broken")) return EIO;
      return 0;
    }

    static int gate_descriptor(int fd) {
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      ssize_t n = readlink(link, path, sizeof path - 1);
      if (n < 0) return 0;
      path[n] = 0;
      return gate(path, 1);
    }

    #define FAIL(e) do { int e_ = (e); if (e_) { errno = e_; return -1; } } while (0)
    #define NEXT(name) (__typeof__(&name))dlsym(RTLD_NEXT, #name)

    #define OPEN(name) \
      int name(const char *path, int flags, ...) { \
        va_list l; va_start(l, flags); mode_t m = flags & (O_CREAT | O_TMPFILE) ? va_arg(l, mode_t) : 0; va_end(l); \
        FAIL(gate(path, (flags & O_ACCMODE) != O_RDONLY && (flags & O_CREAT))); \
        return (NEXT(name))(path, flags, m); \
      }
    OPEN(open)
    OPEN(open64)

    int mkdir(const char *path, mode_t m) { FAIL(gate(path, 1)); return (NEXT(mkdir))(path, m); }
    int rename(const char *a, const char *b) { FAIL(gate(b, 1)); return (NEXT(rename))(a, b); }
    int access(const char *path, int m) { FAIL(gate(path, 0)); return (NEXT(access))(path, m); }
    ssize_t write(int fd, const void *b, size_t n) { FAIL(gate_descriptor(fd)); return (NEXT(write))(fd, b, n); }
    int fsync(int fd) { FAIL(gate_descriptor(fd)); return (NEXT(fsync))(fd); }

    """#
}
