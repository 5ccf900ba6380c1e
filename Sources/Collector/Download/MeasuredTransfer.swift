import CCurl
import Shared
import Synchronization

/// Ends transfers from outside, within about a second.
final class TransferStop: Sendable {
  private let flag = Atomic<Bool>(false)

  func request() { flag.store(true, ordering: .relaxed) }
  var isRequested: Bool { flag.load(ordering: .relaxed) }
}

/// A transfer over HTTP or HTTPS that is made for its figures, with libcurl. Redirects are not followed: another server is not what was
/// to be measured.
enum MeasuredTransfer {
  enum Kind: Sendable {
    /// Only connects.
    case connect
    /// Takes up to `limit` bytes; running out of time counts too.
    case download(limit: Int)
    /// Sends bytes that cannot be compressed, to the end.
    case upload(bytes: Int)
  }

  struct Figures: Sendable {
    var bytes: Int
    /// From the moment when the request could begin.
    var seconds: Double
    /// Milliseconds that connecting took.
    var latency: Double?

    var bitsPerSecond: Double? { bytes > 0 && seconds > 0 ? Double(bytes) * 8 / seconds : nil }
  }

  /// What libcurl's callbacks work on.
  private final class State {
    let stop: TransferStop
    /// More is not taken.
    var limit = 0
    var received = 0
    /// Still to be sent.
    var toSend = 0
    var block: [UInt8] = []

    init(_ kind: Kind, _ stop: TransferStop) {
      self.stop = stop
      switch kind {
      case .connect: break
      case .download(let limit): self.limit = limit
      case .upload(let bytes):
        // Nobody asks for the answer's content.
        (limit, toSend) = (1 << 20, bytes)
        var random = SystemRandomNumberGenerator()
        block = (0..<8192).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64, Array.init) }
      }
    }
  }

  /// Blocking: on a thread of its own, please.
  static func run(_ kind: Kind, _ url: DownloadURL, within time: Duration, _ stop: TransferStop) throws(DownloadError) -> Figures
  {
    guard Download.isReady, let handle = curl_easy_init() else { throw failure(kind, url, "libcurl cannot be used") }
    defer { curl_easy_cleanup(handle) }
    // Without "Expect:", libcurl waits a second for servers that do not know it.
    var headers = curl_slist_append(nil, "Cache-Control: no-cache")
    for line in ["Expect:", "Content-Type: application/octet-stream"] { headers = curl_slist_append(headers, line) }
    defer { curl_slist_free_all(headers) }
    let state = State(kind, stop)
    let context = Unmanaged.passUnretained(state).toOpaque()
    let trust = TransferTrust()
    var codes =
      trust.apply(to: handle) + [
        tikwatch_curl_set_text(handle, CURLOPT_URL, url.text),
        tikwatch_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
        tikwatch_curl_set_text(handle, CURLOPT_USERAGENT, CollectorCommand.programName),
        tikwatch_curl_set_list(handle, CURLOPT_HTTPHEADER, headers),
        tikwatch_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
        tikwatch_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
        tikwatch_curl_set_long(handle, CURLOPT_TIMEOUT_MS, Download.milliseconds(time)),
        tikwatch_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, Download.milliseconds(min(time, .seconds(5)))),
        tikwatch_curl_set_writer(handle, write, context),
        tikwatch_curl_set_watcher(handle, watch, context),
      ]
    switch kind {
    case .connect:
      // A proxy says nothing about whether there is a way.
      codes.append(tikwatch_curl_set_text(handle, CURLOPT_NOPROXY, "*"))
      codes.append(tikwatch_curl_set_long(handle, CURLOPT_CONNECT_ONLY, 1))
    case .download: break
    case .upload(let bytes):
      codes.append(tikwatch_curl_set_long(handle, CURLOPT_POST, 1))
      codes.append(tikwatch_curl_set_long(handle, CURLOPT_POSTFIELDSIZE, bytes))
      codes.append(tikwatch_curl_set_reader(handle, read, context))
    }
    if let failed = codes.first(where: { $0 != CURLE_OK }) { throw failure(kind, url, Download.text(failed)) }
    // Both are used during this call only.
    let code = withExtendedLifetime((state, trust)) { curl_easy_perform(handle) }
    var status = 0
    tikwatch_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    let isEnough: Bool
    let bytes: Int
    switch kind {
    case .connect: (isEnough, bytes) = (code == CURLE_OK, 0)
    case .download(let limit):
      isEnough = code == CURLE_OK || (code == CURLE_OPERATION_TIMEDOUT && state.received > 0) || state.received >= limit
      bytes = state.received
    case .upload(let count): (isEnough, bytes) = (code == CURLE_OK, count)
    }
    guard !stop.isRequested, isEnough else { throw failure(kind, url, trust.text(code)) }
    if case .connect = kind {
    } else if !(200...299).contains(status) {
      throw failure(kind, url, "the server answers with status \(status)")
    }
    if case .download = kind, bytes == 0 { throw failure(kind, url, "the answer is empty: a large file is needed") }
    let connected = seconds(handle, CURLINFO_CONNECT_TIME_T) - seconds(handle, CURLINFO_NAMELOOKUP_TIME_T)
    return Figures(
      bytes: bytes, seconds: seconds(handle, CURLINFO_TOTAL_TIME_T) - seconds(handle, CURLINFO_PRETRANSFER_TIME_T),
      latency: connected > 0 ? connected * 1000 : nil)
  }

  /// libcurl counts in microseconds.
  private static func seconds(_ handle: UnsafeMutableRawPointer, _ info: CURLINFO) -> Double {
    var value: curl_off_t = 0
    tikwatch_curl_get_offset(handle, info, &value)
    return Double(value) / 1e6
  }

  private static func failure(_ kind: Kind, _ url: DownloadURL, _ reason: String) -> DownloadError {
    let attempt =
      switch kind {
      case .connect: "could not connect to \(url)"
      case .download: "could not download from \(url)"
      case .upload: "could not upload to \(url)"
      }
    return DownloadError(description: "\(attempt): \(reason)")
  }

  // MARK: Callbacks

  private static let write: curl_write_callback = { data, size, count, context in
    guard let context else { return 0 }
    let state = Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
    let length = size * count
    state.received += length
    return state.received >= state.limit ? 0 : length
  }

  private static let read: curl_read_callback = { data, size, count, context in
    guard let data, let context else { return 0 }
    let state = Unmanaged<State>.fromOpaque(context).takeUnretainedValue()
    let length = min(size * count, state.toSend, state.block.count)
    state.block.withUnsafeBytes { block in
      UnsafeMutableRawBufferPointer(start: data, count: length).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: block[..<length]))
    }
    state.toSend -= length
    return length
  }

  private static let watch: curl_xferinfo_callback = { context, _, _, _, _ in
    guard let context else { return 1 }
    return Unmanaged<State>.fromOpaque(context).takeUnretainedValue().stop.isRequested ? 1 : 0
  }
}
