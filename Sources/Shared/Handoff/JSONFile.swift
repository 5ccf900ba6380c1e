internal import Foundation

/// JSON files of the root, read with a size limit and written at once.
package enum JSONFile {
  /// Decodes the file; what it holds is not trusted, so any failure is an error and never a crash.
  package static func read<T: Decodable>(_ type: T.Type, _ path: String, limit: Int) throws(FileError) -> T {
    let bytes = try BoundedFile.read(path, limit: limit)
    guard !nestsDeeper(than: 64, bytes) else { throw FileError(.malformed, "read", path, "nested too deeply") }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw FileError(.malformed, "read", path, Self.reason(error))
    }
  }

  /// Decodes one value of a file of many; `nil` when it is none.
  package static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) -> T? {
    nestsDeeper(than: 64, bytes) ? nil : try? JSONDecoder().decode(type, from: Data(bytes))
  }

  /// Encodes with sorted keys, so that equal content is equal bytes.
  package static func encode(_ value: some Encodable) throws(FileError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")] } catch {
      throw FileError(.malformed, "encode", String(describing: type(of: value)), String(describing: error))
    }
  }

  /// Encodes and replaces the file.
  package static func write(_ value: some Encodable, _ path: String, durability: AtomicFile.Durability) throws(FileError) {
    try AtomicFile.replace(path, with: try encode(value), durability: durability)
  }

  /// Whether brackets nest deeper than `limit`: a decoder that recurses must not be led to overflow its stack.
  static func nestsDeeper(than limit: Int, _ bytes: [UInt8]) -> Bool {
    var depth = 0
    var inString = false
    var escaped = false
    for byte in bytes {
      if inString {
        if escaped {
          escaped = false
        } else if byte == UInt8(ascii: "\\") {
          escaped = true
        } else if byte == UInt8(ascii: "\"") {
          inString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): inString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > limit { return true }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    return false
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "not valid JSON" }
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.isEmpty ? "" : " at " + context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case .typeMismatch(_, let context): return "a value of the wrong type" + place(context)
    case .valueNotFound(_, let context): return "a value is missing" + place(context)
    case .keyNotFound(let key, let context): return "member \"\(key.stringValue)\" is missing" + place(context)
    case .dataCorrupted(let context): return "not valid JSON" + place(context)
    @unknown default: return "not valid JSON"
    }
  }
}
