/// Everything a device answered to one command.
struct Reply: Sendable, Equatable {
  var rows: [Row]
  /// `=ret=` of `!done`: the count of a `count-only` print, the `.id` of an `add`.
  var ret: String?
  /// When the command was handed to the socket.
  var sent: ContinuousClock.Instant
  /// When the first byte of the first sentence of the reply had arrived.
  var received: ContinuousClock.Instant
  /// Size of the command on the wire.
  var bytesSent: Int
  /// Size of the reply on the wire.
  var bytesReceived: Int
}
