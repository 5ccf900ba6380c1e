import Mustache

/// Text as it may stand in a page: names come from devices, so they are hostile.
///
/// The template library's own escaping goes by grapheme: a quote that is followed by a combining mark is another character to it,
/// and would end an attribute. This one goes by scalar.
struct PageText: MustacheContentType {
  /// What templates name in their first line, `{{% CONTENT_TYPE:PAGE}}`.
  static let name = "PAGE"

  func escapeText(_ text: String) -> String { Self.escape(text) }

  /// `text` with everything escaped that ends text or an attribute. Control characters, which HTML forbids, become U+FFFD.
  static func escape(_ text: String) -> String {
    guard text.utf8.contains(where: needsCare) else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{7F}": result.unicodeScalars.append("\u{FFFD}")
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func needsCare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0..<0x20, 0x7F: true
    default: false
    }
  }
}

/// Text that is markup already: made here, of escaped parts.
struct Markup: MustacheCustomRenderable {
  var renderText: String
  var isNull: Bool { renderText.isEmpty }

  init(_ text: String) { renderText = text }
}
