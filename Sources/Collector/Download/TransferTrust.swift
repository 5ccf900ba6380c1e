import CCurl
import Foundation

/// Whom a transfer over HTTPS believes, and why it did not.
///
/// This host's authorities, and those that SSL_CERT_FILE and SSL_CERT_DIR name: variables that OpenSSL knows, and libcurl alone does not.
final class TransferTrust {
  private let detail: UnsafeMutablePointer<CChar>
  private let environment: [String: String]

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
    detail = .allocate(capacity: Int(CURL_ERROR_SIZE))
    detail.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { detail.deallocate() }

  private var file: String? { environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 } }
  private var folder: String? { environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 } }

  /// To be alive for as long as `handle` is used.
  func apply(to handle: UnsafeMutableRawPointer) -> [CURLcode] {
    var codes = [tikwatch_curl_set_error_buffer(handle, detail)]
    if let file { codes.append(tikwatch_curl_set_text(handle, CURLOPT_CAINFO, file)) }
    if let folder { codes.append(tikwatch_curl_set_text(handle, CURLOPT_CAPATH, folder)) }
    return codes
  }

  /// What a transfer has failed for.
  func text(_ code: CURLcode) -> String {
    let detail = SafeText.line(String(cString: detail).trimmed)
    switch code {
    case CURLE_PEER_FAILED_VERIFICATION:
      let reason = detail.isEmpty ? Download.text(code) : detail
      return
        "the server's certificate is not accepted: \(reason); an authority that this host does not have is named by SSL_CERT_FILE"
    case CURLE_SSL_CACERT_BADFILE:
      return
        "could not read the certificates of authorities in \(file ?? folder ?? "this host's file"): SSL_CERT_FILE names a PEM file"
    case CURLE_SSL_CONNECT_ERROR: return "no TLS session: " + (detail.isEmpty ? Download.text(code) : detail)
    default: return Download.text(code)
    }
  }
}
