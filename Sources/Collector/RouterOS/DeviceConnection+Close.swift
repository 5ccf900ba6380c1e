import Logging
import NIOCore
import Shared

extension DeviceConnection {
  /// Whether commands can be sent.
  var isOpen: Bool { machine.closeReason == nil }

  /// Commands that the device has not finished yet, cancelled ones and their cancellations included.
  var commandsInFlight: Int { machine.commands.count + machine.cancels.count }

  /// Why the session ended: `nil` while it has not, or when it was closed from our side.
  var closeError: RouterOSError? {
    guard let reason = machine.closeReason, reason != .closedByUs else { return nil }
    return error(reason, while: "keep the session")
  }

  /// Ends the session; every command in flight fails. Returns when the socket is closed.
  func close() async {
    perform(machine.end(.closedByUs))
    do {
      try await channel.closeFuture.get()
    } catch {
      // NIO's close future does not fail; if it ever does, the channel is closed as well.
      logger.debug("Closing reported an error", metadata: [LogKey.address: "\(endpoint)", LogKey.error: "\(error)"])
    }
  }

  /// Waits until the session is over, or until the task is cancelled, and returns ``closeError``.
  func waitUntilClosed() async -> RouterOSError? {
    guard isOpen, !Task.isCancelled else { return closeError }
    let waiter = machine.nextTag()  // any number that is not used twice
    await withTaskCancellationHandler {
      await withCheckedContinuation { closeWaiters[waiter] = $0 }
    } onCancel: {
      eventLoopOnCancel { $0.closeWaiters.removeValue(forKey: waiter)?.resume() }
    }
    return closeError
  }
}
