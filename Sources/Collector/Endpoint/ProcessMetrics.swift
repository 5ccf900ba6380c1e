import Glibc
import Shared

/// The process's own families, under the names that every client library of Prometheus uses.
struct ProcessMetrics: Sendable {
  /// Where the kernel tells about this process.
  var folder = "/proc/self"
  private let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
  private let pageSize = UInt64(max(1, sysconf(Int32(_SC_PAGESIZE))))

  /// What cannot be read is left out.
  func families() -> [MetricFamily] {
    var families: [MetricFamily] = []
    func add(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: MetricFamily.Value?) {
      if let value { families.append(MetricFamily(name, kind, help: help, samples: [.init(value)])) }
    }
    let fields = statistics()
    // Numbered as in proc(5), less the two before the name's closing bracket and one for counting from 0.
    func field(_ number: Int) -> UInt64? { number - 3 < fields.count ? fields[number - 3] : nil }
    if let user = field(14), let system = field(15) {
      add(
        "process_cpu_seconds_total", .counter, "User and system time that the process has used",
        .double(Double(user + system) / ticks))
    }
    add("process_virtual_memory_bytes", .gauge, "Address space of the process", field(23).map { .unsigned($0) })
    add(
      "process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM", field(24).map { .unsigned($0 * pageSize) })
    add("process_threads", .gauge, "Threads of the process", field(20).map { .unsigned($0) })
    if let started = field(22), let boot = bootTime() {
      add(
        "process_start_time_seconds", .gauge, "When the process began", .double(boot + Double(started) / ticks))
    }
    if let open = try? BoundedFile.list(folder + "/fd").count {
      add("process_open_fds", .gauge, "File descriptors in use", .unsigned(UInt64(open)))
    }
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      add("process_max_fds", .gauge, "File descriptors that the process may use", .unsigned(UInt64(limit.rlim_cur)))
    }
    return families
  }

  /// The numbers of `stat` from the third field on; the state letter counts as 0.
  private func statistics() -> [UInt64] {
    guard let text = read(folder + "/stat"), let end = text.lastIndex(of: ")") else { return [] }
    return text[text.index(after: end)...].split(separator: " ").map { UInt64($0) ?? 0 }
  }

  private func bootTime() -> Double? {
    read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
  }

  /// The kernel's files say that they are empty: read until they end.
  private func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < 1 << 20 {
      let count = Glibc.read(descriptor, &piece, piece.count)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
