/// Where a server listens, as written in `listen`: `127.0.0.1:8080`, `[::]:8080`, `*:8080` or `:8080` (all addresses, IPv4 and IPv6),
/// `name:8080`, `unix:/run/tikwatch/web.sock`.
package enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
  case tcp(host: Host, port: Int)
  case unix(path: String)

  package enum Host: Sendable, Hashable {
    /// Every address of the machine.
    case any
    case address(IPAddress)
    /// To be resolved; may have several addresses. In lower case.
    case name(String)
  }

  package static let allowed = "127.0.0.1:8080, [::]:8080, *:8080, name:8080 or unix:/path.sock"

  /// - Parameter ports: which ports are accepted; `0...65535` where "any free port" makes sense.
  package init(parsing text: String, ports: ClosedRange<Int> = 1...65535) throws(ConfigProblem) {
    if text.hasPrefix("unix:") {
      self = .unix(path: try Self.socketPath(String(text.dropFirst(5)), in: text))
      return
    }
    guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else { throw Self.problem(text, "has no port") }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    self = .tcp(host: try Self.host(host, in: text), port: try Self.port(port, in: text, ports: ports))
  }

  /// Several addresses separated by blanks or commas. None at all is an empty list; the same one twice is a problem.
  package static func list(parsing text: String, ports: ClosedRange<Int> = 1...65535) throws(ConfigProblem) -> [ListenAddress] {
    var addresses: [ListenAddress] = []
    for item in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let address = try ListenAddress(parsing: String(item), ports: ports)
      if addresses.contains(address) { throw problem(String(item), "is given twice") }
      addresses.append(address)
    }
    return addresses
  }

  package var description: String {
    switch self {
    case .tcp(.any, let port): "*:\(port)"
    case .tcp(.address(let address), let port): address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    case .tcp(.name(let name), let port): "\(name):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  private static func host(_ host: Substring, in text: String) throws(ConfigProblem) -> Host {
    if host.isEmpty || host == "*" { return .any }
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), let address = IPAddress(String(host.dropFirst().dropLast())), host.contains(":") else {
        throw problem(text, "holds no IPv6 address in its brackets")
      }
      return .address(address)
    }
    if host.contains(":"), IPAddress(text) != nil || IPAddress(String(host)) != nil {
      throw problem(text, "has an IPv6 address without brackets")
    }
    if let address = IPAddress(String(host)) { return .address(address) }
    guard let name = HostName(String(host)) else { throw problem(text, "has neither an address nor a host name") }
    return .name(name.text)
  }

  private static func port(_ port: Substring, in text: String, ports: ClosedRange<Int>) throws(ConfigProblem) -> Int {
    guard (1...5).contains(port.utf8.count), port.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(port),
      ports.contains(number)
    else {
      let problem = "\"\(text)\" has no port from \(ports.lowerBound) to \(ports.upperBound)"
      throw ConfigProblem(problem, allowed: allowed)
    }
    return number
  }

  /// A socket's path must fit `sun_path`: 108 bytes with the closing NUL.
  private static func socketPath(_ path: String, in text: String) throws(ConfigProblem) -> String {
    guard path.hasPrefix("/"), path != "/" else { throw problem(text, "needs an absolute path after unix:") }
    guard path.utf8.count <= 107 else { throw problem(text, "has a path of more than 107 bytes") }
    return path
  }

  private static func problem(_ text: String, _ problem: String) -> ConfigProblem {
    ConfigProblem("\"\(text)\" \(problem)", allowed: allowed)
  }
}

extension SectionReader {
  /// Addresses to listen on, or `nil` when not set or empty.
  package mutating func listenAddresses(_ key: String, ports: ClosedRange<Int> = 1...65535) -> [ListenAddress]? {
    parsed(key) { value throws(ConfigProblem) in try ListenAddress.list(parsing: value.text, ports: ports) }
  }
}
