import HTTPTypes
package import Shared

/// Finds out who asks when the connection comes from a proxy: a pure function of the peer, the headers and the trusted list.
package enum ClientAddress {
  /// Hops that are looked at; more are refused.
  package static let hopLimit = 64

  /// The right-most hop that is not trusted; where all are trusted, the left-most. Headers of a peer that is not trusted do
  /// not count.
  ///
  /// - Parameters:
  ///   - peer: the other end of the connection; `nil` for a Unix socket, which only this machine can use.
  ///   - proxied: whom the connection's PROXY header names, a hop to the left of the peer: an address, or `unknown`.
  ///   - forwardedFor: the values of all `X-Forwarded-For` fields, in order.
  ///   - forwarded: the values of all `Forwarded` fields (RFC 7239), in order.
  /// - Returns: `nil` for a Unix socket whose other end speaks for itself.
  /// - Throws: 403 for a hop that is no plain address, or headers that disagree.
  package static func resolve(
    peer: IPAddress?, proxied: String? = nil, forwardedFor: [String], forwarded: [String], isTrusted: (IPAddress?) -> Bool
  ) throws(HTTPProblem) -> IPAddress? {
    guard isTrusted(peer) else { return peer }
    var nearest = peer
    if let proxied {
      guard let address = IPAddress(proxied) else { throw refuse("the PROXY header names no address") }
      guard isTrusted(address) else { return address }
      nearest = address
    }
    let fromList = try hops(forwardedFor)
    let fromStandard = try standardHops(forwarded)
    if let fromList, let fromStandard, fromList != fromStandard { throw refuse("the forwarding headers disagree") }
    guard let hops = fromList ?? fromStandard, let first = hops.first else { return nearest }
    return hops.last { !isTrusted($0) } ?? first
  }

  /// The hops of `X-Forwarded-For`, left to right; `nil` when there is no such header.
  private static func hops(_ fields: [String]) throws(HTTPProblem) -> [IPAddress]? {
    guard !fields.isEmpty else { return nil }
    var hops: [IPAddress] = []
    for field in fields {
      for part in field.split(separator: ",", omittingEmptySubsequences: false) { hops.append(try address(trim(part))) }
    }
    return try bounded(hops)
  }

  /// The `for` parameters of `Forwarded`; an element without one hides a hop, and is refused.
  private static func standardHops(_ fields: [String]) throws(HTTPProblem) -> [IPAddress]? {
    guard !fields.isEmpty else { return nil }
    var hops: [IPAddress] = []
    for field in fields {
      for element in try split(field, at: ",") {
        var node: String?
        for pair in try split(element, at: ";") {
          guard let equals = pair.firstIndex(of: "=") else { throw refuse("Forwarded cannot be read") }
          guard trim(pair[..<equals]).lowercased() == "for" else { continue }
          guard node == nil else { throw refuse("Forwarded has two for parameters in one element") }
          node = try unquote(trim(pair[pair.index(after: equals)...]))
        }
        guard let node else { throw refuse("Forwarded has an element without for") }
        hops.append(try address(node))
      }
    }
    return try bounded(hops)
  }

  /// An address, with or without brackets and port.
  private static func address(_ text: String) throws(HTTPProblem) -> IPAddress {
    if let address = IPAddress(text) { return address }
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      let inside = text[text.index(after: text.startIndex)..<end]
      if inside.contains(":"), rest.isEmpty || isPort(rest), let address = IPAddress(String(inside)) { return address }
    } else if let colon = text.firstIndex(of: ":"), isPort(text[colon...]), let address = IPAddress(String(text[..<colon])) {
      return address
    }
    throw refuse("a forwarding header names a hop that is no address")
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && (2...6).contains(text.utf8.count)
      && text.utf8.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Splits outside quotes.
  private static func split(_ text: some StringProtocol, at separator: Character) throws(HTTPProblem) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    var isEscaped = false
    let text = Substring(text)
    for index in text.indices {
      if isEscaped {
        isEscaped = false
      } else if isQuoted, text[index] == "\\" {
        isEscaped = true
      } else if text[index] == "\"" {
        isQuoted.toggle()
      } else if !isQuoted, text[index] == separator {
        parts.append(text[start..<index])
        start = text.index(after: index)
      }
    }
    guard !isQuoted else { throw refuse("Forwarded has an open quote") }
    parts.append(text[start...])
    return parts
  }

  private static func unquote(_ text: String) throws(HTTPProblem) -> String {
    guard text.hasPrefix("\"") else { return text }
    guard text.count >= 2, text.hasSuffix("\"") else { throw refuse("Forwarded has an open quote") }
    return String(text.dropFirst().dropLast()).replacing("\\", with: "")
  }

  private static func trim(_ text: some StringProtocol) -> String {
    var text = Substring(text)
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }

  private static func bounded(_ hops: [IPAddress]) throws(HTTPProblem) -> [IPAddress] {
    guard hops.count <= hopLimit else { throw refuse("a forwarding header has more than \(hopLimit) hops") }
    return hops
  }

  private static func refuse(_ detail: String) -> HTTPProblem { HTTPProblem(status: .forbidden, detail: detail) }
}
