/// A name to be looked up in DNS, in lower case and without a final dot.
package struct HostName: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  /// `nil` for what is no host name, or would be taken for an address: labels of 1 to 63 letters, digits, `-` and `_` (which real networks
  /// use), 253 characters at most, and the last label not a number (`10.0.0.256` is a mistyped address, never a name).
  package init?(_ text: String) {
    let name = text.hasSuffix(".") ? text.dropLast().lowercased() : text.lowercased()
    guard (1...253).contains(name.utf8.count) else { return nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.allSatisfy(Self.isLabel), let last = labels.last, !last.allSatisfy(\.isNumber), !last.hasPrefix("0x") else {
      return nil
    }
    self.text = name
  }

  package var description: String { text }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
