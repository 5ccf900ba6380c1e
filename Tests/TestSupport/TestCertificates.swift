internal import Foundation

/// Certificates of all kinds, made by the `openssl` command, once for a process.
package struct TestCertificates: Sendable {
  /// A certificate and its key, as PEM files.
  package struct Pair: Sendable {
    package var certificate: String
    package var key: String
  }

  /// Made by the first test that asks.
  package static var shared: TestCertificates { get throws { try made.get() } }

  private static let made = Result { try TestCertificates() }

  private let directory: TemporaryDirectory

  /// Signs all but ``selfSigned`` and ``stranger``.
  package var authority: String { directory.file("ca.pem") }
  /// An authority that signed nothing here.
  package var otherAuthority: String { directory.file("other-ca.pem") }
  /// For `router.test`, 127.0.0.1 and ::1.
  package var right: Pair { pair("right") }
  /// As ``right``, with an RSA key.
  package var rsa: Pair { pair("rsa") }
  /// Only the common name is `router.test`, as RouterOS makes them without `subject-alt-name`.
  package var commonName: Pair { pair("common") }
  /// For `other.test`.
  package var wrongName: Pair { pair("wrong") }
  package var expired: Pair { pair("expired") }
  package var future: Pair { pair("future") }
  /// RSA of 1024 bits.
  package var weak: Pair { pair("weak") }
  package var selfSigned: Pair { pair("self") }
  /// Signed by ``intermediate``, which ``authority`` signed; the file holds both.
  package var chained: Pair { pair("chained") }
  package var intermediate: String { directory.file("intermediate.pem") }

  /// Another file in the same folder.
  package func write(_ name: String, _ text: String) throws -> String { try directory.write(name, Array(text.utf8)) }

  private func pair(_ name: String) -> Pair {
    Pair(certificate: directory.file(name + ".pem"), key: directory.file(name + ".key"))
  }

  private init() throws {
    directory = try TemporaryDirectory()
    // What is static is never released.
    Self.leftover.path = directory.path
    atexit { try? FileManager.default.removeItem(atPath: TestCertificates.leftover.path) }
    try directory.write("ca.cnf", Array(Self.configuration.utf8))
    try directory.write("index.txt", [])
    try directory.write("serial", Array("01\n".utf8))
    for name in ["ca", "other-ca", "intermediate", "right", "common", "wrong", "expired", "future", "self", "chained"] {
      try openssl("ecparam -name prime256v1 -genkey -noout -out \(name).key")
    }
    try openssl("genrsa -out rsa.key 2048")
    try openssl("genrsa -out weak.key 1024")
    for name in ["ca", "other-ca"] {
      try openssl(
        "req -config ca.cnf -x509 -new -key \(name).key -subj /CN=\(name) -days 3650 -out \(name).pem -extensions authority")
    }
    let names = "subjectAltName=DNS:router.test,IP:127.0.0.1,IP:::1"
    try openssl("req -config ca.cnf -x509 -new -key self.key -subj /CN=self -days 3650 -out self.pem -addext \(names)")
    try sign("intermediate", extensions: "authority")
    for name in ["right", "rsa", "weak"] { try sign(name, names) }
    try sign("common", subject: "router.test")
    try sign("wrong", "subjectAltName=DNS:other.test")
    try sign("expired", names, from: "20200101000000Z", to: "20210101000000Z")
    try sign("future", names, from: "20900101000000Z", to: "20910101000000Z")
    try sign("chained", names, by: "intermediate")
    let both = try ["chained.pem", "intermediate.pem"].map { try String(contentsOfFile: directory.file($0), encoding: .utf8) }
    try directory.write("chained.pem", Array(both.joined().utf8))
  }

  // Written once, before the function that reads it is registered.
  private nonisolated(unsafe) static let leftover = Leftover()

  private final class Leftover {
    var path = ""
  }

  private func sign(
    _ name: String, _ names: String? = nil, subject: String? = nil, by authority: String = "ca", extensions: String = "service",
    from: String = "20240101000000Z", to: String = "20990101000000Z"
  ) throws {
    let request = "req -config ca.cnf -new -key \(name).key -subj /CN=\(subject ?? name) -out \(name).csr"
    try openssl(request + (names.map { " -addext \($0)" } ?? ""))
    try openssl(
      "ca -batch -notext -config ca.cnf -keyfile \(authority).key -cert \(authority).pem -in \(name).csr -out \(name).pem "
        + "-startdate \(from) -enddate \(to) -extensions \(extensions)")
  }

  private func openssl(_ arguments: String) throws {
    try OpenSSLCommand.run(arguments.split(separator: " ").map(String.init), directory: directory.path)
  }

  private static let configuration = """
    [req]
    distinguished_name = name
    [name]
    [ca]
    default_ca = here
    [here]
    database = index.txt
    new_certs_dir = .
    serial = serial
    default_md = sha256
    policy = policy
    unique_subject = no
    copy_extensions = copy
    [policy]
    commonName = supplied
    [authority]
    basicConstraints = critical,CA:TRUE
    keyUsage = critical,keyCertSign
    subjectKeyIdentifier = hash
    [service]
    basicConstraints = CA:FALSE

    """
}
