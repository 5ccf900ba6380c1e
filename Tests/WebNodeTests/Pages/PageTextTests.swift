import Foundation
import Testing

@testable import WebNode

/// Names from devices are hostile.
@Suite struct PageTextTests {
  @Test(arguments: [
    ("<script>", "&lt;script&gt;"), ("a & b", "a &amp; b"), ("\"'", "&quot;&#39;"), ("plain name", "plain name"),
    ("\"\u{301} onfocus=alert(1)", "&quot;\u{301} onfocus=alert(1)"), ("<\u{338}b>", "&lt;\u{338}b&gt;"),
    ("a\u{0}b\u{1B}", "a\u{FFFD}b\u{FFFD}"),
    ("tab\there", "tab\there"),
  ])
  func escapesByScalar(text: String, expected: String) {
    #expect(Array(PageText.escape(text).unicodeScalars) == Array(expected.unicodeScalars))
  }

  /// Partials begin with the library's own escaping again, which misses a quote that has a combining mark.
  @Test func everyTemplateAsksForOurEscaping() {
    for (name, bytes) in PageRenderer.sources {
      #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{{% CONTENT_TYPE:PAGE}}"), "template \(name)")
    }
  }

  /// The policy forbids them, so they would not work; and they are how text becomes code.
  @Test func noTemplateHasInlineScriptStyleOrHandlers() {
    for (name, bytes) in PageRenderer.sources {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.firstMatch(of: #/\son[a-z]+=/#) == nil, "handler in \(name)")
      #expect(text.firstMatch(of: #/\sstyle=|<style/#) == nil, "style in \(name)")
      #expect(!text.contains("javascript:"), "script in \(name)")
      let unescaped = text.matches(of: #/\{\{\{\s*([A-Za-z.]+)/#).map { String($0.1) }
      #expect(unescaped.allSatisfy { $0 == "boot" }, "unescaped text in \(name): \(unescaped)")
    }
  }

  @Test func dataBlockCannotBeEnded() throws {
    let text = PageJSON.object([("a", .text("</script><!-- <script>\u{2028}")), ("b", .rates([1.6, .nan])), ("c", .number(nil))])
      .rendered
    #expect(!text.contains("<"))
    let value = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(value["a"] as? String == "</script><!-- <script>\u{2028}")
    #expect((value["b"] as? [Any])?.first as? Int == 2)
    #expect((value["b"] as? [Any])?.last is NSNull)
    #expect(value["c"] is NSNull)
  }

  @Test func addressesAreEncoded() {
    #expect(PageURL.graph("a&b", "x/<y>é") == "graph?device=a%26b&interface=x%2F%3Cy%3E%C3%A9")
    #expect(PageURL.query([("a", nil), ("b", "1 2")]) == "b=1%202")
  }
}
