import Foundation
import Shared
import Synchronization

/// Who made a network card, by the first half of its MAC address: from the register that Debian's package `ieee-data` brings, if it is
/// on the host. Read once, when somebody first asks.
final class MACVendors: Sendable {
  static let paths = ["/usr/share/ieee-data/oui.txt", "/var/lib/ieee-data/oui.txt"]
  private static let sizeLimit = 32 << 20

  private let paths: [String]
  private let names = Mutex<[UInt32: String]?>(nil)

  init(paths: [String] = MACVendors.paths) { self.paths = paths }

  /// Whether the register is there. Blocking at the first call.
  var isKnown: Bool { !table().isEmpty }

  /// `nil`: not known. Blocking at the first call.
  func name(_ mac: String) -> String? {
    guard let prefix = Self.prefix(Array(mac.utf8.prefix(8))) else { return nil }
    // The bit of addresses that nobody was assigned: phones make up a new one for each network.
    if prefix & 0x02_00_00 != 0 { return "private address" }
    return table()[prefix]
  }

  private func table() -> [UInt32: String] {
    names.withLock { names in
      if let names { return names }
      let read = Self.read(paths)
      names = read
      return read
    }
  }

  private static func read(_ paths: [String]) -> [UInt32: String] {
    for path in paths {
      // Where the package is not installed nothing is missing; a register that cannot be read is as good as none. The link that an
      // update of the package may have made is the host's own, not a collector's.
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      guard let bytes = try? BoundedFile.read(real, limit: sizeLimit) else { continue }
      let names = parse(bytes)
      if !names.isEmpty { return names }
    }
    return [:]
  }

  /// Lines such as `28-6F-B9   (hex)\t\tNokia Shanghai Bell Co., Ltd.`
  static func parse(_ bytes: [UInt8]) -> [UInt32: String] {
    let mark = Array("(hex)".utf8)
    var names: [UInt32: String] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard line.count > 20, line[line.startIndex + 2] == UInt8(ascii: "-"), let prefix = prefix(Array(line.prefix(8))) else {
        continue
      }
      let rest = line.dropFirst(8).drop { $0 == 0x20 || $0 == 0x09 }
      guard rest.starts(with: mark),
        let name = String(validating: rest.dropFirst(mark.count), as: UTF8.self)?
          .trimmingCharacters(in: .whitespacesAndNewlines)
      else { continue }
      // Blocks that are given out in parts say nothing about who made a card.
      if !name.isEmpty, name != "IEEE Registration Authority" { names[prefix] = name }
    }
    return names
  }

  private static func prefix(_ text: [UInt8]) -> UInt32? {
    guard text.count == 8 else { return nil }
    var value: UInt32 = 0
    for (index, byte) in text.enumerated() where index % 3 != 2 {
      guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
