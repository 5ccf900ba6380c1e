import CCurl
import Foundation

/// Fetches a document over HTTP or HTTPS with libcurl. Certificates are verified: ``TransferTrust``.
struct Download: Sendable {
  /// What a server may take of our time and memory.
  struct Limits: Sendable {
    var connect = Duration.seconds(5)
    /// For the whole of it, redirects included.
    var total = Duration.seconds(30)
    var bytes = 64 << 20
    /// To other paths of the same server. Another server is never followed to: it was not asked for.
    var redirects = 3
  }

  var limits = Limits()

  /// The body of a 200. Blocking: on a thread of its own, please.
  func fetch(_ url: String, accept: String) throws(DownloadError) -> [UInt8] {
    let deadline = ContinuousClock.now + limits.total
    var url = try DownloadURL(url)
    for _ in 0...limits.redirects {
      let answer = try request(url, accept: accept, deadline - .now)
      guard let location = answer.location else {
        guard answer.status == 200 else { throw DownloadError(url, "the server answers with status \(answer.status)") }
        return answer.body
      }
      let next = try DownloadURL(location)
      guard next.isSameServer(as: url) else {
        throw DownloadError(
          url, "the server sends us to another one, \(next), which is not followed: if it is right, use that address")
      }
      url = next
    }
    throw DownloadError(url, "more than \(limits.redirects) redirects")
  }

  private struct Answer {
    var status: Int
    var body: [UInt8]
    /// Where to go instead.
    var location: String?
  }

  /// Takes the body as it arrives, up to a limit.
  private final class Body {
    var bytes: [UInt8] = []
    let limit: Int
    var isTooLarge = false
    init(limit: Int) { self.limit = limit }
  }

  /// Once for the process; libcurl wants it before all else.
  static let isReady = curl_global_init(3 /* CURL_GLOBAL_ALL, a macro that Swift does not see */) == CURLE_OK

  private func request(_ url: DownloadURL, accept: String, _ time: Duration) throws(DownloadError) -> Answer {
    guard Self.isReady, let handle = curl_easy_init() else { throw DownloadError(url, "libcurl cannot be used") }
    defer { curl_easy_cleanup(handle) }
    let headers = curl_slist_append(nil, "Accept: " + accept)
    defer { curl_slist_free_all(headers) }
    let body = Body(limit: limits.bytes)
    let trust = TransferTrust()
    let codes =
      trust.apply(to: handle) + [
        tikwatch_curl_set_text(handle, CURLOPT_URL, url.text),
        tikwatch_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
        // An empty list is every encoding that libcurl knows; the limit counts what comes out.
        tikwatch_curl_set_text(handle, CURLOPT_ACCEPT_ENCODING, ""),
        tikwatch_curl_set_text(handle, CURLOPT_USERAGENT, CollectorCommand.programName),
        tikwatch_curl_set_list(handle, CURLOPT_HTTPHEADER, headers),
        tikwatch_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
        // Signals belong to the process, and there may be other threads.
        tikwatch_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
        tikwatch_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(min(limits.connect, time))),
        tikwatch_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Self.milliseconds(time)),
        tikwatch_curl_set_writer(handle, Self.write, Unmanaged.passUnretained(body).toOpaque()),
      ]
    if let failed = codes.first(where: { $0 != CURLE_OK }) { throw DownloadError(url, Self.text(failed)) }
    // Both are used during this call only.
    let code = withExtendedLifetime((body, trust)) { curl_easy_perform(handle) }
    if body.isTooLarge { throw DownloadError(url, "the answer has more than \(limits.bytes) bytes") }
    guard code == CURLE_OK else { throw DownloadError(url, trust.text(code)) }
    var status = 0
    var location: UnsafeMutablePointer<CChar>?
    tikwatch_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    tikwatch_curl_get_text(handle, CURLINFO_REDIRECT_URL, &location)
    return Answer(status: status, body: body.bytes, location: location.map { String(cString: $0) })
  }

  private static let write: curl_write_callback = { data, size, count, context in
    guard let data, let context, size > 0 else { return 0 }
    let body = Unmanaged<Body>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    guard body.bytes.count + length <= body.limit else {
      body.isTooLarge = true
      return 0
    }
    body.bytes += UnsafeRawBufferPointer(start: data, count: length)
    return length
  }

  /// 0 would be no limit at all.
  static func milliseconds(_ time: Duration) -> Int { max(1, Int(time.seconds * 1000)) }

  static func text(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}

/// An address that may be fetched from. Its description leaves out what stands before an @: it is a password.
struct DownloadURL: Sendable, Equatable, CustomStringConvertible {
  let text: String
  private let parts: URLComponents

  init(_ text: String) throws(DownloadError) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
      parts.host?.isEmpty == false
    else {
      throw DownloadError(description: "this is no http or https address, such as http://127.0.0.1:49090/metrics")
    }
    (self.text, self.parts) = (text, parts)
  }

  static func isMeant(by text: String) -> Bool {
    let text = text.lowercased()
    return text.hasPrefix("http://") || text.hasPrefix("https://")
  }

  func isSameServer(as other: DownloadURL) -> Bool {
    func server(_ parts: URLComponents) -> String {
      let scheme = parts.scheme?.lowercased() ?? ""
      return "\(scheme)://\(parts.host?.lowercased() ?? ""):\(parts.port ?? (scheme == "https" ? 443 : 80))"
    }
    return server(parts) == server(other.parts)
  }

  var description: String {
    var shown = parts
    (shown.user, shown.password) = (nil, nil)
    return CheckTable.safe(shown.string ?? "?")
  }
}

/// Why nothing could be fetched: what was tried and what came back.
struct DownloadError: Error, Sendable, CustomStringConvertible {
  var description: String

  init(description: String) { self.description = description }
  init(_ url: DownloadURL, _ reason: String) { description = "could not fetch \(url): \(reason)" }
}
