internal import Foundation
internal import Glibc

/// A client socket for tests that send bytes no client would. Reads wait on threads of their own, each for its time-out at most: the
/// server under test needs the tasks' threads.
package final class RawSocket: Sendable {
  package enum Failure: Error { case cannotConnect(Int32) }

  /// How what the other end sent came to its end.
  package enum End: Sendable, Equatable { case closed, reset, open }

  private let descriptor: Int32

  /// - Parameter port: on 127.0.0.1.
  package init(port: Int, timeout seconds: Int = 10) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try connect(withUnsafeBytes(of: address) { Array($0) }, seconds)
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
  }

  package init(unix path: String, timeout seconds: Int = 10) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    try connect(withUnsafeBytes(of: address) { Array($0) }, seconds)
  }

  deinit { close(descriptor) }

  private func connect(_ address: [UInt8], _ seconds: Int) throws {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let result = address.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { Glibc.connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
    }
    guard result == 0 else { throw Failure.cannotConnect(errno) }
  }

  /// Sends all of it; `false` when the other end does not take it any more.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Everything until the other end closes, or says nothing for the time-out.
  package func readAll(limit: Int = 1 << 20) async -> (text: String, end: End) {
    await waiting { self.readNow(limit: limit) }
  }

  private func waiting<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }

  private func readNow(limit: Int) -> (text: String, end: End) {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count == 0 { return (String(decoding: bytes, as: UTF8.self), .closed) }
      if count < 0 { return (String(decoding: bytes, as: UTF8.self), errno == EAGAIN ? .open : .reset) }
      bytes += piece[..<count]
    }
    return (String(decoding: bytes, as: UTF8.self), .open)
  }

  /// What has come once `condition` holds for it, or nothing more comes.
  package func read(until condition: @escaping @Sendable (String) -> Bool) async -> String {
    await waiting { self.readNow(until: condition) }
  }

  private func readNow(until condition: (String) -> Bool) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while !condition(String(decoding: bytes, as: UTF8.self)) {
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
