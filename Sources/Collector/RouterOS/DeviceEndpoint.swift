/// Where a device listens.
struct DeviceEndpoint: Sendable, Hashable {
  /// A name, or an IPv4 or IPv6 address (without brackets). Names are resolved anew for each connection.
  var host: String
  /// 8728 by default on RouterOS (8729 with TLS).
  var port: Int

  init(host: String, port: Int = 8728) {
    self.host = host
    self.port = port
  }
}

extension DeviceEndpoint: CustomStringConvertible {
  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
