import Shared

/// How to log in.
struct Credentials: Sendable, Equatable {
  var username: String
  var password: Secret
  /// `true`: name and password at once, as RouterOS 6.43 and later want it. `false`: ask for the MD5 challenge of older ones first.
  var plaintextLogin: Bool

  init(username: String, password: Secret, plaintextLogin: Bool = true) {
    self.username = username
    self.password = password
    self.plaintextLogin = plaintextLogin
  }
}
