import Shared

/// Addresses of pages and of what they load, relative to the base path.
enum PageURL {
  static let overview = "./"

  static func device(_ device: DeviceView) -> String { "devices/" + device.folder }

  static func graph(_ device: String, _ interface: String) -> String {
    "graph?" + query([("device", device), ("interface", interface)])
  }

  /// `name=value&…`; parameters without value are left out.
  static func query(_ parameters: [(name: String, value: String?)]) -> String {
    parameters.compactMap { name, value in value.map { encode(name) + "=" + encode($0) } }.joined(separator: "&")
  }

  /// Percent-encoding of everything but RFC 3986's unreserved characters.
  static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
