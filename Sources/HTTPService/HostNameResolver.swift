import Foundation
import Glibc
package import Logging
import NIOCore
import ServiceLifecycle
package import Shared
import Synchronization

/// Keeps the addresses of the host names in access lists, looked up in the background: no request ever waits for DNS.
package final class HostNameResolver: Service {
  /// Time between two rounds of look-ups.
  package static let period = Duration.seconds(60)
  /// The same while a name has never been found: whoever it stands for is locked out.
  package static let hurry = Duration.seconds(5)

  private let names: [String]
  private let logger: Logger
  private let lookUp: @Sendable (String) -> [IPAddress]?
  private let known = Mutex<[String: [IPAddress]]>([:])
  private let failing = Mutex<Set<String>>([])

  /// - Parameters:
  ///   - known: what an earlier resolver found out.
  ///   - lookUp: blocking; `nil` when the name cannot be looked up now.
  package init(
    lists: [AccessList], known: [String: [IPAddress]] = [:], logger: Logger,
    lookUp: @escaping @Sendable (String) -> [IPAddress]? = HostNameResolver.systemLookUp
  ) {
    names = Set(lists.flatMap(\.hostNames)).sorted()
    self.known.withLock { [names] in $0 = known.filter { names.contains($0.key) } }
    self.logger = logger
    self.lookUp = lookUp
  }

  /// Whether there is no name to look up.
  package var isEmpty: Bool { names.isEmpty }

  /// What is known now. A name without an entry has not been found yet, and allows nobody.
  package var addresses: [String: [IPAddress]] { known.withLock { $0 } }

  /// Names whose last look-up failed.
  package var problems: [String] { failing.withLock { $0.sorted() } }

  package func run() async throws {
    // A thread of its own: a resolver may block for many seconds.
    let pool = BlockingPool(name: "DNS", threads: 1, queueLimit: 4, deadline: .seconds(30))
    defer { pool.stop() }
    while !names.isEmpty, !Task.isShuttingDownGracefully, !Task.isCancelled {
      await refresh(pool)
      let pause = addresses.count < names.count ? Self.hurry : Self.period
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }
    try? await gracefulShutdown()
  }

  /// One round of look-ups.
  package func refresh(_ pool: BlockingPool) async {
    for name in names { await resolve(name, pool) }
  }

  private func resolve(_ name: String, _ pool: BlockingPool) async {
    let lookUp = lookUp
    let found = try? await pool.run { lookUp(name) }
    guard let found = found ?? nil else {
      // The addresses found before stay in force: a name server that fails must not lock people out.
      guard failing.withLock({ $0.insert(name).inserted }) else { return }
      let old = known.withLock { $0[name] } ?? []
      logger.warning(
        old.isEmpty
          ? "Host name of an access list cannot be looked up: it allows nobody"
          : "Host name of an access list cannot be looked up: its last addresses stay in force",
        metadata: [
          LogKey.name: "\(name)", LogKey.address: "\(old.map(\.description).joined(separator: ", "))",
        ])
      return
    }
    known.withLock { $0[name] = found }
    guard failing.withLock({ $0.remove(name) != nil }) else { return }
    logger.notice(
      "Host name of an access list is found again",
      metadata: [LogKey.name: "\(name)", LogKey.address: "\(found.map(\.description).joined(separator: ", "))"])
  }

  /// Asks the system's resolver.
  package static let systemLookUp: @Sendable (String) -> [IPAddress]? = { name in
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &list) == 0 else { return nil }
    defer { freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = list
    while let entry = next {
      if let address = address(of: entry.pointee) { addresses.append(address) }
      next = entry.pointee.ai_next
    }
    return addresses
  }

  private static func address(of entry: addrinfo) -> IPAddress? {
    guard let address = entry.ai_addr else { return nil }
    switch entry.ai_family {
    case AF_INET:
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
      }
    default: return nil
    }
  }
}
