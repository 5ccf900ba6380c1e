/// The folder form of a name: what a collector, a device or an interface is called in paths below a root and in URLs.
///
/// A folder name matches `[A-Za-z0-9._-]{1,100}` and does not begin with a dot. Any other byte of the UTF-8 name, `_` itself
/// and a leading dot become `_` and two lower-case hex digits, so different names never share a folder. There is no `%`:
/// librrd uses paths as format strings.
package enum FolderName {
  /// The longest folder name, in characters.
  package static let limit = 100

  /// The folder form of `name`. A result over `limit` is cut to 91 characters plus `_` and the first 8 hex digits of the
  /// SHA-256 of the name. An empty name becomes `_`, which no other name can.
  package static func escape(_ name: String) -> String {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(name.utf8.count)
    for (index, byte) in name.utf8.enumerated() {
      if isPlain(byte), !(index == 0 && byte == UInt8(ascii: ".")) {
        escaped.append(byte)
      } else {
        escaped.append(UInt8(ascii: "_"))
        escaped.append(hexDigits[Int(byte >> 4)])
        escaped.append(hexDigits[Int(byte & 15)])
      }
    }
    if escaped.isEmpty { return "_" }
    if escaped.count > limit {
      let digest = Digest.sha256(Array(name.utf8)).prefix(4)
      escaped =
        Array(escaped.prefix(91)) + [UInt8(ascii: "_")] + digest.flatMap { [hexDigits[Int($0 >> 4)], hexDigits[Int($0 & 15)]] }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// Whether `text` may be used as one component of a path below a root.
  package static func isValid(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= limit, first != UInt8(ascii: ".") else { return false }
    return bytes.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "_") }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
