import Glibc
import NIOCore

/// A drawing process, as the node sees it: one order at a time, in the hands of one thread at a time. Blocking, each step up to a deadline.
struct RenderProcess: Sendable {
  /// Why there is no answer.
  enum Failure: Error, Equatable {
    /// The process could not be started.
    case start(String)
    /// It ended before it answered.
    case ended
    /// It did not answer in time.
    case deadline
    /// It answered what is no answer.
    case garbage
  }

  /// What a process comes back with.
  enum Answer: Sendable, Equatable {
    case picture([UInt8])
    case refusal(String)
  }

  let pid: pid_t
  /// Our end of the pair of which the process has the other one as standard input and output.
  let socket: Int32
  var drawings = 0

  /// Whether it waits for an order: nothing came unasked, and it has not ended.
  var isReady: Bool {
    var event = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&event, 1, 0) == 0
  }

  /// After a failure the process is of no more use: ``end()`` it.
  mutating func draw(_ order: ByteBuffer, until deadline: ContinuousClock.Instant) throws(Failure) -> Answer {
    drawings += 1
    try send(RenderFrame.header(.order, length: order.readableBytes), until: deadline)
    try send(order, until: deadline)
    let header = try receive(RenderFrame.headerLength, until: deadline)
    guard let (kind, length) = RenderFrame.parse(header) else { throw .garbage }
    let body = try receive(length, until: deadline)
    switch kind {
    case .picture: return .picture(Array(body.readableBytesView))
    case .refusal: return .refusal(String(buffer: body))
    case .order: throw .garbage
    }
  }

  /// Ends the process and takes its status, so that nothing of it stays. Signal 9 where it still ran.
  @discardableResult
  func end() -> String {
    kill(pid, SIGKILL)
    close(socket)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      // Somebody else took the status, or children are not waited for in this process.
      guard errno == EINTR else { return "nobody knows how it ended" }
    }
    // <sys/wait.h>: the low seven bits are a signal's number, the next eight the exit status.
    return status & 0x7F == 0 ? "exit status \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
  }

  private func send(_ bytes: ByteBuffer, until deadline: ContinuousClock.Instant) throws(Failure) {
    var rest = bytes
    while rest.readableBytes > 0 {
      let put = rest.withUnsafeReadableBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if put > 0 { rest.moveReaderIndex(forwardBy: put) } else { try wait(POLLOUT, until: deadline, after: errno) }
    }
  }

  private func receive(_ count: Int, until deadline: ContinuousClock.Instant) throws(Failure) -> ByteBuffer {
    var bytes = ByteBuffer()
    while bytes.readableBytes < count {
      // Memory grows with what has come, not with what was announced.
      let room = min(count - bytes.readableBytes, 1 << 20)
      var failure: Int32 = 0
      let got = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { buffer in
        let got = recv(socket, buffer.baseAddress, room, Int32(MSG_DONTWAIT))
        if got < 0 { failure = errno }
        if got == 0 { failure = ECONNRESET }
        return max(0, got)
      }
      if got == 0 { try wait(POLLIN, until: deadline, after: failure) }
    }
    return bytes
  }

  /// Waits until the socket takes or has bytes, if that is what failed.
  private func wait(_ events: Int32, until deadline: ContinuousClock.Instant, after failure: Int32) throws(Failure) {
    guard failure == EAGAIN || failure == EINTR else { throw .ended }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { throw .deadline }
    var event = pollfd(fd: socket, events: Int16(events), revents: 0)
    // A hang-up wakes too; the next call says so.
    _ = poll(&event, 1, Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
  }
}
