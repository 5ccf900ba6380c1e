internal import COpenSSL

/// What OpenSSL has to say about the call that just failed on this thread.
///
/// Its error queue belongs to the thread, and an event loop's thread serves many connections: clear it before each call, take it right after.
struct OpenSSLErrors {
  /// Reason codes of the TLS library, oldest (most specific) first.
  private(set) var reasons: [Int32] = []
  /// All entries in words.
  private(set) var text = ""

  /// Before each call of OpenSSL whose result will be judged.
  static func clear() {
    ERR_clear_error()
  }

  /// Takes and empties the queue.
  static func take() -> OpenSSLErrors {
    var errors = OpenSSLErrors()
    var texts: [String] = []
    while true {
      let code = ERR_get_error()
      guard code != 0 else { break }
      if ERR_GET_LIB(code) == ERR_LIB_SSL { errors.reasons.append(ERR_GET_REASON(code)) }
      texts.append(ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)")
    }
    errors.text = texts.isEmpty ? "no reason given" : texts.joined(separator: ", ")
    return errors
  }

  /// The number of the alert that the peer sent (RFC 8446 §6.2), if it was one that ended things.
  var alert: UInt8? {
    reasons.lazy.compactMap { $0 > SSL_AD_REASON_OFFSET ? UInt8(exactly: $0 - SSL_AD_REASON_OFFSET) : nil }.first
  }

  func contains(_ reason: Int32) -> Bool { reasons.contains(reason) }
}
