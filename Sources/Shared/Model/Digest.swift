internal import COpenSSL

/// Message digests of OpenSSL.
package enum Digest {
  /// SHA-256 (FIPS 180-4), 32 bytes.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    let result = digest(bytes, EVP_sha256())
    precondition(result.count == 32, "OpenSSL refused a digest that it always has")
    return result
  }

  /// MD5 (RFC 1321), 16 bytes: only for the login of RouterOS before 6.43. Empty where OpenSSL refuses it, as in its FIPS mode: the caller
  /// must look, since it is a device that makes us ask.
  package static func md5(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_md5()) }

  private static func digest(_ bytes: [UInt8], _ type: OpaquePointer?) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let ok = EVP_Digest(bytes, bytes.count, &result, &length, type, nil)
    return ok == 1 ? Array(result.prefix(Int(length))) : []
  }
}
