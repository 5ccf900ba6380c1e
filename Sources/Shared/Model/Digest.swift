internal import COpenSSL

/// Message digests, computed by OpenSSL.
package enum Digest {
  /// The 16 bytes of MD5 (RFC 1321). Only for the challenge login of RouterOS before 6.43; never for anything that must be secure.
  ///
  /// Empty when OpenSSL refuses MD5, as in its FIPS mode: a caller must check the length.
  package static func md5(_ bytes: [UInt8]) -> [UInt8] {
    compute(bytes, with: EVP_md5())
  }

  /// The 32 bytes of SHA-256 (FIPS 180-4). Empty when OpenSSL cannot compute it, which needs a broken installation.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    compute(bytes, with: EVP_sha256())
  }

  private static func compute(_ bytes: [UInt8], with algorithm: OpaquePointer?) -> [UInt8] {
    var length: UInt32 = 0
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    let result = bytes.withUnsafeBytes { input in
      EVP_Digest(input.baseAddress, input.count, &digest, &length, algorithm, nil)
    }
    guard result == 1 else { return [] }
    return Array(digest.prefix(Int(length)))
  }
}
