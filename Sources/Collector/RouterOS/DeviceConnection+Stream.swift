import NIOCore

extension DeviceConnection {
  /// The reader of a streamed reply.
  struct PendingStream {
    var continuation: AsyncThrowingStream<Row, any Error>.Continuation
    var command: String
    var idleDeadline: Duration
    var lastRow: ContinuousClock.Instant
    var watchdog: Scheduled<Void>
  }

  /// Runs a command whose rows are read as they arrive: `monitor-traffic`, a `print` with `interval` or `follow`, or a long table.
  ///
  /// The stream ends when the device ends the command, and throws ``RouterOSError`` when it fails. A reader that stops, or whose task is
  /// cancelled, cancels the command at the device. A reader that falls ``ProtocolLimits/rowsPerReply`` rows behind gets those rows and then
  /// an error, never a silent gap; other commands are not held up by it.
  ///
  /// - Parameter idleDeadline: the longest wait for the next row.
  nonisolated func stream(_ query: MenuQuery, idleDeadline: Duration) -> AsyncThrowingStream<Row, any Error> {
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: Row.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(limits.rowsPerReply))
    eventLoopOnCancel { $0.startStream(query, idleDeadline: idleDeadline, continuation) }
    return stream
  }

  private func startStream(
    _ query: MenuQuery, idleDeadline: Duration, _ continuation: AsyncThrowingStream<Row, any Error>.Continuation
  ) {
    do throws(RouterOSError) {
      var sentence = newBuffer()
      let tag = try begin(query, .streamed, &sentence)
      let watchdog = scheduleWatchdog(tag, idleDeadline)
      streams[tag] = PendingStream(
        continuation: continuation, command: query.commandWord, idleDeadline: idleDeadline, lastRow: .now, watchdog: watchdog)
      write(sentence)
      // Called at once if the reader is gone already. Holds the connection: it stays open while somebody reads from it.
      continuation.onTermination = { reason in
        if case .cancelled = reason { self.eventLoopOnCancel { $0.cancelStream(tag) } }
      }
    } catch {
      continuation.finish(throwing: error)
    }
  }

  func deliver(_ row: Row, to tag: UInt64) {
    guard let continuation = streams[tag]?.continuation else { return }
    streams[tag]?.lastRow = .now
    if case .dropped = continuation.yield(row) {
      perform(machine.abandon(tag, .readerTooSlow(rows: limits.rowsPerReply)))
    }
  }

  private func scheduleWatchdog(_ tag: UInt64, _ delay: Duration) -> Scheduled<Void> {
    schedule(delay) { $0.checkIdle(tag) }
  }

  /// One timer for a whole stream: when it fires too early, because rows came, it is set anew for what is left.
  private func checkIdle(_ tag: UInt64) {
    guard let stream = streams[tag] else { return }
    let left = stream.idleDeadline - (.now - stream.lastRow)
    if left > .zero {
      streams[tag]?.watchdog = scheduleWatchdog(tag, left)
    } else {
      perform(machine.abandon(tag, .noAnswer(stream.idleDeadline)))
    }
  }

  private func cancelStream(_ tag: UInt64) {
    guard let stream = streams.removeValue(forKey: tag) else { return }  // it ended first
    stream.watchdog.cancel()
    perform(machine.abandon(tag, nil))
  }
}
