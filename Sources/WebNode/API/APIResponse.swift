import HTTPTypes
import Hummingbird
import Shared

/// How long an answer may be kept by whoever asked.
enum Freshness: Sendable, Equatable {
  /// Of this moment.
  case now
  /// Good for this many seconds.
  case seconds(Int)
  /// Of the past and known in full: nothing that may still come in changes it, so nobody needs to ask again for these seconds.
  case settled(Int)

  var header: String {
    switch self {
    case .now: "no-store"
    case .seconds(let seconds): "private, max-age=\(seconds)"
    case .settled(let seconds): "private, max-age=\(seconds), immutable"
    }
  }

  /// Of a window of time.
  ///
  /// - Parameters:
  ///   - end: of the window, epoch seconds.
  ///   - step: seconds for which an answer whose end moves is good.
  ///   - isComplete: all of it is known. A gap may yet be closed, from a spool or by a collector that was away.
  ///   - settled: seconds for which what is complete is good. Not for ever: names and billing days may come to mean something else.
  static func window(
    to end: Int, now: Double, isMoving: Bool = false, step: Int, isComplete: Bool, settled: Int
  ) -> Freshness {
    if isMoving || Double(end) > now { return .seconds(max(1, step)) }
    return isComplete && Double(end) < now - settling ? .settled(settled) : .seconds(60)
  }

  /// After this many seconds archives, ledgers and replicas are taken to have what they will have of a complete stretch.
  private static let settling = 3600.0
}

extension Response {
  /// An answer with a body, an entity tag and the time it may be kept; 304 when whoever asks has it already.
  ///
  /// - Parameter momentary: bytes that are others at every moment. The tag does not tell of them, and says so by being a weak one.
  static func content(
    _ bytes: [UInt8], type: String, freshness: Freshness, request: Request, headers: HTTPFields = [:],
    momentary: [Range<Int>] = []
  ) -> Response {
    var headers = headers
    headers[.contentType] = type
    headers[.cacheControl] = freshness.header
    guard freshness != .now else { return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: bytes))) }
    var lasting = bytes
    for range in momentary.reversed() { lasting.removeSubrange(range) }
    let tag =
      (momentary.isEmpty ? "\"" : "W/\"")
      + Digest.sha256(lasting).prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    headers[.eTag] = tag
    if request.matches(entityTag: tag) {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(bytes: bytes)))
  }

  static func json(_ output: JSONOutput, freshness: Freshness = .now, request: Request) -> Response {
    content(
      output.bytes + [UInt8(ascii: "\n")], type: "application/json", freshness: freshness, request: request,
      momentary: output.momentary)
  }
}

extension Request {
  /// Whether `If-None-Match` names this tag (RFC 9110 §13.1.2, weak comparison).
  func matches(entityTag tag: String) -> Bool {
    let tag = tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
    return headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains {
      var candidate = $0
      while candidate.first == " " { candidate.removeFirst() }
      while candidate.last == " " { candidate.removeLast() }
      if candidate.hasPrefix("W/") { candidate.removeFirst(2) }
      return candidate == "*" || candidate == tag
    }
  }
}
