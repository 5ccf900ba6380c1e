/// A failure at a device: a stable code, what was attempted, on which device, what came back, and advice.
struct RouterOSError: Error, Equatable, Sendable {
  var device: DeviceEndpoint
  /// What was tried: `connect`, `log in as "tikwatch"`, or the command such as `/interface/print`.
  var attempted: String
  var failure: RouterOSFailure

  var code: ReasonCode { failure.code }

  /// What to do about it, where that is known.
  var advice: String? { failure.advice }

  /// Whether the session is over; otherwise only this command failed and others go on.
  var endsSession: Bool { failure.endsSession }

  /// The trap, if the device carried the command out and reported failure.
  var trap: DeviceTrap? {
    if case .trap(let trap) = failure { return trap }
    return nil
  }

  /// Whether the device lacks the menu or command: nothing to collect there, which is no failure.
  var isMenuAbsent: Bool { trap?.meaning == .menuAbsent }
}

extension RouterOSError: CustomStringConvertible {
  /// One line, safe to show.
  var description: String {
    "\(device): \(attempted): \(failure.outcome)" + (advice.map { " (\($0))" } ?? "")
  }
}
