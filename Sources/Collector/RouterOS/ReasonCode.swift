/// Why a device is not up: the word that stands in the heartbeat and in metrics.
enum ReasonCode: String, Sendable, CaseIterable {
  /// No address for the host name.
  case dns
  /// The connection was refused, or reset or closed before any byte.
  case refused
  /// No TCP connection, or no TLS handshake, in time.
  case timeout
  /// TLS handshake failed, certificate or fingerprint not accepted, or no TLS on that port.
  case tls
  /// User or password not accepted.
  case login
  /// A needed policy is missing.
  case permission
  /// Bytes that are no RouterOS API, half a sentence then close, reset in mid-session, oversized word.
  case `protocol`
  /// Connected, then no answer within the deadline.
  case hung
  /// The device ended the session with `!fatal`.
  case fatal
  /// Counters flow, a menu fails.
  case menu
  /// Counters flow, storage fails.
  case storage
}
