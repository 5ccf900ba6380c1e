/// What one device may cost us. Every cap is checked before memory is allocated for what it caps.
struct ProtocolLimits: Sendable, Equatable {
  /// Bytes of one word. RouterOS allows 4 GiB; its longest real ones (scripts, file contents) are tens of kilobytes.
  var wordBytes = 1 << 20
  /// Words of one sentence. The widest menus have about a hundred fields.
  var wordsPerSentence = 2048
  /// Bytes of one sentence on the wire, length prefixes included.
  var sentenceBytes = 2 << 20
  /// Rows a collected reply may have, and rows a stream may hold that nobody has read yet.
  var rowsPerReply = 200_000
  /// Bytes of one collected reply on the wire.
  var bytesPerReply = 32 << 20
  /// Commands that the device has not finished, cancelled ones included.
  var commandsInFlight = 64

  static let standard = ProtocolLimits()
}
