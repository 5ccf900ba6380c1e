/// What a session has seen so far.
struct ConnectionStatistics: Sendable, Equatable {
  var bytesSent: UInt64 = 0
  var bytesReceived: UInt64 = 0
  var sentences: UInt64 = 0
  /// Sentences without a word.
  var emptySentences: UInt64 = 0
  /// Sentences whose reply word is none we know; they are ignored.
  var unknownReplies: UInt64 = 0
  /// Sentences that answer no command in flight; they are ignored.
  var strayReplies: UInt64 = 0
}
