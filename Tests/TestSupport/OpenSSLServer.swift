/// `openssl s_server` on a free loopback port: a TLS service that shares no code of ours above the library.
package struct OpenSSLServer: Sendable {
  package let process: OpenSSLCommand
  package let port: Int

  /// Runs `body` with a server. Lines sent to it that begin with a letter are its own commands (`K`: key update, `R`: renegotiation,
  /// `P`: plain text in between, `q`: close TCP).
  package static func run<Value>(
    _ arguments: [String], isolation: isolated (any Actor)? = #isolation, _ body: (OpenSSLServer) async throws -> Value
  ) async throws -> Value {
    let process = try OpenSSLCommand(["s_server", "-accept", "127.0.0.1:0"] + arguments)
    defer { process.kill() }
    try await process.waitForOutput("ACCEPT 127.0.0.1:")
    try await eventually { process.text.split(separator: "ACCEPT 127.0.0.1:").last?.contains("\n") ?? false }
    let text = process.text.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
    return try await body(OpenSSLServer(process: process, port: Int(text) ?? 0))
  }

  /// The options for a certificate with its key.
  package static func with(_ pair: TestCertificates.Pair) -> [String] {
    // Its own demands on keys are not what is tested.
    ["-cert", pair.certificate, "-key", pair.key, "-cipher", "DEFAULT:@SECLEVEL=0"]
  }

  /// The options for a service without certificate, as RouterOS offers it.
  package static let anonymous = ["-nocert", "-cipher", "ADH:@SECLEVEL=0", "-tls1_2"]
}
