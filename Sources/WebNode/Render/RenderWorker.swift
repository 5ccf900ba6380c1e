import CProcess
import Glibc
import NIOCore
import Shared

/// The inside of a drawing process: one order after the other, each drawn by librrd from the rows in it.
enum RenderWorker {
  /// What goes wrong here shall end here. Each limit is as good as the system grants it.
  static func contain(memory megabytes: Int) {
    _ = process_gains_no_privileges()
    // The node ends its workers: a service manager or a terminal that signals all processes shall not spoil drawings under way.
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXFSZ] { signal(number, SIG_IGN) }
    // No core, no file written, few open.
    limit(RLIMIT_CORE.rawValue, 0)
    limit(RLIMIT_FSIZE.rawValue, 0)
    limit(RLIMIT_NOFILE.rawValue, 64)
    // A build with sanitizers maps terabytes from the start: it goes without.
    if addressSpace() < megabytes / 2 { limit(RLIMIT_AS.rawValue, megabytes << 20) }
    // When memory runs out, a worker goes first.
    let score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
    if score >= 0 {
      _ = Glibc.write(score, "1000", 4)
      close(score)
    }
  }

  /// - Returns: whether the input ended where an order would begin.
  static func serve(orders: Int32, answers: Int32, processor: Int) -> Bool {
    while true {
      guard let header = read(orders, RenderFrame.headerLength) else { return true }
      guard let (kind, length) = RenderFrame.parse(header), kind == .order, let body = read(orders, length),
        let order = RenderOrder(decoding: body)
      else { return false }
      allowProcessor(seconds: processor)
      let (answer, bytes) = draw(order)
      guard write(answers, RenderFrame.header(answer, length: bytes.readableBytes)), write(answers, bytes) else { return false }
    }
  }

  private static func draw(_ order: RenderOrder) -> (RenderFrame.Kind, ByteBuffer) {
    do throws(ArchiveError) {
      let image = try RRDLibrary.graph(start: order.start, end: order.end, arguments: order.arguments, rows: order.rows)
      guard image.count <= RenderFrame.limit else { return (.refusal, ByteBuffer(string: "the image has \(image.count) bytes")) }
      return (.picture, ByteBuffer(bytes: image))
    } catch {
      return (.refusal, ByteBuffer(string: error.detail))
    }
  }

  /// `nil` at the end of the input, and when it ends too early.
  private static func read(_ descriptor: Int32, _ count: Int) -> ByteBuffer? {
    var bytes = ByteBuffer()
    bytes.reserveCapacity(count)
    while bytes.readableBytes < count {
      let room = count - bytes.readableBytes
      let got = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { buffer in
        max(0, retrying { Glibc.read(descriptor, buffer.baseAddress, room) })
      }
      guard got > 0 else { return nil }
    }
    return bytes
  }

  private static func write(_ descriptor: Int32, _ bytes: ByteBuffer) -> Bool {
    var rest = bytes
    while rest.readableBytes > 0 {
      let put = rest.withUnsafeReadableBytes { buffer in retrying { Glibc.write(descriptor, buffer.baseAddress, buffer.count) } }
      guard put > 0 else { return false }
      rest.moveReaderIndex(forwardBy: put)
    }
    return true
  }

  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  /// The limit counts from the start of the process, so it moves with each order.
  private static func allowProcessor(seconds: Int) {
    var used = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used) == 0 else { return }
    var bound = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_CPU.rawValue)
    guard getrlimit(resource, &bound) == 0 else { return }
    bound.rlim_cur = min(bound.rlim_max, rlim_t(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + seconds))
    setrlimit(resource, &bound)
  }

  private static func limit(_ resource: UInt32, _ value: Int) {
    var bound = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
    setrlimit(__rlimit_resource_t(resource), &bound)
  }

  /// Megabytes mapped now.
  static func addressSpace() -> Int {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 64)
    let got = Glibc.read(descriptor, &text, text.count)
    let pages = String(decoding: text.prefix(max(0, got)), as: UTF8.self).split(separator: " ").first.flatMap { Int($0) } ?? 0
    // Shifting binds tighter than multiplying.
    return (pages * sysconf(Int32(_SC_PAGESIZE))) >> 20
  }
}
