import Shared

/// The test of the connection to the internet, as it is configured.
///
/// | key | type | default |
/// |---|---|---|
/// | bandwidth | yes or no | no |
/// | bandwidth_test_dns_server | `HOST` or `HOST:PORT` | 8.8.8.8 (port 53) |
/// | bandwidth_test_interval | seconds, 1 to 604800 | 420, MKTXP's |
/// | bandwidth_test_url | what is downloaded | none |
/// | bandwidth_test_upload_url | where is uploaded to | `bandwidth_test_url` |
struct BandwidthConfig: Sendable, Equatable {
  var isEnabled = false
  /// As the authority of a URL: with a port, IPv6 in brackets.
  var dnsServer = "8.8.8.8:53"
  /// Seconds from the beginning of one test to that of the next.
  var interval = 420
  var url: DownloadURL?
  var uploadURL: DownloadURL?

  static func read(_ reader: inout SectionReader) -> BandwidthConfig {
    var config = BandwidthConfig()
    config.isEnabled = reader.bool("bandwidth", default: false)
    if let server = reader.parsed("bandwidth_test_dns_server", by: dnsServer) { config.dnsServer = server }
    config.interval = reader.int("bandwidth_test_interval", in: 1...604_800, default: config.interval)
    config.url = reader.parsed("bandwidth_test_url", by: url) ?? nil
    config.uploadURL = reader.parsed("bandwidth_test_upload_url", by: url) ?? nil
    return config
  }

  private static func dnsServer(_ value: ConfigValue) throws(ConfigProblem) -> String {
    let text = value.text
    if let host = host(text) { return host + ":53" }
    if let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port),
      let host = host(String(text[..<colon]))
    {
      return "\(host):\(port)"
    }
    throw ConfigProblem("neither an address nor a host name", allowed: "8.8.8.8, dns.example.net, or with a port 192.0.2.1:53")
  }

  private static func host(_ text: String) -> String? {
    if let address = IPAddress(plainOrInBrackets: text) { return "\(address)".contains(":") ? "[\(address)]" : "\(address)" }
    return HostName(text)?.text
  }

  private static func url(_ value: ConfigValue) throws(ConfigProblem) -> DownloadURL? {
    if value.isNone { return nil }
    do throws(DownloadError) { return try DownloadURL(value.text) } catch {
      throw ConfigProblem("no http or https address", allowed: "https://HOST/PATH")
    }
  }
}

extension EndpointConfig {
  /// `nil`: no test is made.
  var bandwidthInUse: BandwidthConfig? {
    bandwidth.isEnabled && bandwidth.url != nil && !listen.isEmpty ? bandwidth : nil
  }

  /// What is asked for and cannot be done, without the section.
  var notices: [String] {
    guard bandwidth.isEnabled, bandwidthInUse == nil else { return [] }
    let reason =
      bandwidth.url == nil
      ? "bandwidth_test_url is needed too, a file on a server of your choice: no server of somebody else's is asked unbidden"
      : "listen is needed too: the results are shown at the collector's endpoint"
    return ["bandwidth measures nothing: " + reason]
  }
}
