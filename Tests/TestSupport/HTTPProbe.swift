internal import Foundation
internal import NIOCore
internal import NIOPosix

/// What a server answered.
package struct HTTPReply: Sendable {
  package var status: Int
  /// Names in lower case.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package var text: String { String(decoding: body, as: UTF8.self) }
  package subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }
}

/// A client of its own for tests of servers: it sends the bytes it is told and reads what comes, so that nothing is corrected on the way.
package enum HTTPProbe {
  package enum Failure: Error { case timeout, closed(got: String), malformed(String) }

  /// One request on a connection of its own.
  package static func get(
    _ port: Int, _ target: String, method: String = "GET", headers: [String] = [], host: String = "127.0.0.1",
    timeout: Duration = .seconds(20)
  ) async throws -> HTTPReply {
    let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host):\(port)", "Connection: close"] + headers
    let bytes = try await exchange(port, lines.joined(separator: "\r\n") + "\r\n\r\n", host: host, timeout: timeout)
    return try parse(bytes, hasBody: method != "HEAD")
  }

  /// Sends raw bytes and gives everything that comes until the server closes.
  package static func exchange(_ port: Int, _ text: String, host: String = "127.0.0.1", timeout: Duration = .seconds(20))
    async throws
    -> [UInt8]
  {
    try await withStream(port, text, host: host, timeout: timeout) { stream in
      while try await stream.readMore() {}
      return await stream.take()
    }
  }

  /// Sends raw bytes and lets `body` read the answer while it comes; the whole must end within `timeout`.
  package static func withStream<Result: Sendable>(
    _ port: Int, _ text: String, host: String = "127.0.0.1", timeout: Duration = .seconds(20),
    _ body: @escaping @Sendable (Incoming) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: host, port: port) {
      channel in
      channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
    }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await channel.executeThenClose { inbound, outbound in
          try await outbound.write(ByteBuffer(string: text))
          return try await body(Incoming(inbound))
        }
      }
      group.addTask {
        try await Task.sleep(for: timeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let result = try await group.next() ?? nil else { throw Failure.timeout }
      return result
    }
  }

  /// The bytes of an answer as they come.
  package actor Incoming {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var bytes: [UInt8] = []

    init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) { iterator = inbound.makeAsyncIterator() }

    /// Waits for more; `false` at the end.
    package func readMore() async throws -> Bool {
      var iterator = self.iterator
      let next = try await iterator.next(isolation: self)
      self.iterator = iterator
      guard let next else { return false }
      bytes += next.readableBytesView
      return true
    }

    package func take() -> [UInt8] {
      defer { bytes = [] }
      return bytes
    }

    /// Everything so far, once `condition` holds for it.
    package func text(until condition: @Sendable (String) -> Bool) async throws -> String {
      while true {
        let text = String(decoding: bytes, as: UTF8.self)
        if condition(text) { return text }
        guard try await readMore() else { throw Failure.closed(got: text) }
      }
    }
  }

  /// Takes an answer apart, chunks joined.
  package static func parse(_ bytes: [UInt8], hasBody: Bool = true) throws -> HTTPReply {
    let marker = Array("\r\n\r\n".utf8)
    guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: marker) }) else {
      throw Failure.malformed(String(decoding: bytes.prefix(200), as: UTF8.self))
    }
    let lines = String(decoding: bytes[..<split], as: UTF8.self).components(separatedBy: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure.malformed(lines.first ?? "")
    }
    let headers = lines.dropFirst().compactMap { line -> (String, String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    var body = hasBody ? Array(bytes[(split + 4)...]) : []
    if headers.contains(where: { $0.0 == "transfer-encoding" && $0.1 == "chunked" }) { body = try joinChunks(body) }
    return HTTPReply(status: status, headers: headers, body: body)
  }

  private static func joinChunks(_ bytes: [UInt8]) throws -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: 0x0D) {
      guard let size = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16),
        end + 2 + size <= rest.endIndex
      else { throw Failure.malformed("chunk") }
      if size == 0 { return body }
      body += rest[(end + 2)..<(end + 2 + size)]
      rest = rest[min(rest.endIndex, end + 4 + size)...]
    }
    return body
  }
}
