import TestSupport
import Testing

@testable import WebNode

/// What `match[]` accepts, and what it then selects. `Tests/Peers` asks a real Prometheus the same questions.
@Suite struct SelectorTests {
  /// Whether a series is taken; `nil` for a text that is no selector.
  private static func takes(_ text: String, _ name: String, _ labels: [String: String] = [:]) -> Bool? {
    guard let selector = try? SelectorParser.parse(text) else { return nil }
    return selector.accepts(name: Array(name.utf8))
      && selector.accepts { label in labels[String(decoding: label, as: UTF8.self)].map { Array($0.utf8) } }
  }

  @Test(arguments: [
    "up", "up{}", "a:b:c{}", " up { a = 'b' , } # comment", "{__name__=\"up\"}", "{__name__=~\"u.*\",a!=\"b\"}", "{a=\"b\"}",
    "{a!=\"\"}", "{a=~\".+\"}", "sum", "by{on=\"x\"}", "{\"my.metric\"}", "{\"my.metric\",a=\"b\"}", "{a=\"b\",'up'}",
    "{\"a.label\"=~\"x\"}", "{a=`b\\n`}", "{a=\"b\"\n# inside\n}",
    "up{a=\"\\x41\\101\\u0041\\U00000041\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"}",
    "{a='\\''}", "{__name__=~\"a\",__name__!=\"b\"}",
  ])
  func acceptsWhatPrometheusAccepts(_ text: String) throws { _ = try SelectorParser.parse(text) }

  @Test(arguments: [
    "", " ", "{}", "{,}", "{a=\"\"}", "{a=~\".*\"}", "{a!=\"b\"}", "{a!~\"b\"}", "{__name__=~\".*\"}", "{__name__=\"\"}", "up{",
    "up}",
    "up{a}", "up{a=}", "up{a=b}", "up{a=\"b\"", "up{a=\"b}", "up{a==\"b\"}", "up{a=~\"(\"}", "up{a=\"b\" c=\"d\"}",
    "up{a=\"b\",,}",
    "up{9a=\"b\"}", "up{a:b=\"c\"}", "up[5m]", "up offset 5m", "up + up", "sum(up)", "1", "inf", "NaN{a=\"b\"}", "9up", "up up",
    "up{__name__=\"down\"}", "{\"up\",\"down\"}", "up{\"down\"}", "{\"\"}", "up{a=\"\\q\"}", "up{a=\"\\'\"}", "up{a='\\\"'}",
    "up{a=\"\\400\"}", "up{a=\"\\uD800\"}", "up{a=\"\\x4\"}", "up{a=\"b\nc\"}", "up{a=`b}", "up{a=~\"\\xFF\"}", "up;", "ūp",
    "\u{0}",
    "up{a=~\"a(?=b)\"}", "up{a=~\"\\\\1\"}",
  ])
  func refusesWhatPrometheusRefuses(_ text: String) {
    #expect(throws: SelectorError.self) { try SelectorParser.parse(text) }
  }

  @Test func matchersAreAnchoredAndMissingMeansEmpty() {
    let labels = ["a": "bcd", "n": "1\n2"]
    for (text, expected) in [
      ("up", true), ("down", false), ("up{a=\"bcd\"}", true), ("up{a=\"bc\"}", false), ("up{a!=\"bc\"}", true),
      ("up{a=~\"bc\"}", false), ("up{a=~\"bc.\"}", true), ("up{a=~\"x|bcd\"}", true), ("up{a!~\"b\"}", true),
      ("up{a!~\"b.*\"}", false), ("up{z=\"\"}", true), ("up{z!=\"\"}", false), ("up{z=~\"\"}", true), ("up{z=~\".*\"}", true),
      ("up{z=~\".+\"}", false), ("up{z!~\".+\"}", true), ("up{z!=\"q\"}", true), ("up{n=\"1\\n2\"}", true),
      ("up{n=~\"1.2\"}", true), ("{__name__=~\"u\"}", false), ("{__name__=~\"u.\",a=\"bcd\"}", true),
      ("{__name__!=\"up\",a=\"bcd\"}", false), ("{\"up\"}", true), ("{\"u.p\"}", false), ("up{a=\"b\\x63d\"}", true),
      ("up{a=~`b\\wd`}", true), ("up{a=~\"(?i)BCD\"}", true),
    ] {
      #expect(Self.takes(text, "up", labels) == expected, "\(text)")
    }
  }

  @Test func stringsOfAllThreeKinds() throws {
    for (text, value) in [
      ("\"a'`\\\"\\\\\"", "a'`\"\\"), ("'a\"`\\'\\\\'", "a\"`'\\"), ("`a\"'\\n`", "a\"'\\n"), ("\"\\u00e4\\U0001F600\"", "ä😀"),
      ("\"\\303\\244\"", "ä"), ("\"\\xc3\\xa4\"", "ä"),
    ] {
      #expect(Self.takes("m{l=\(text)}", "m", ["l": value]) == true, "\(text)")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func patternsThatBacktrackersHangOnAnswerAtOnce() throws {
    let text = String(repeating: "a", count: 50_000) + "!"
    for pattern in ["(a*)*b", "(a+)+$", "(a|aa)+", "(.*)(.*)(.*)(.*)[^!]", "(a?){500}a{500}", "([a-z]+)*=\"\""] {
      #expect(Self.takes("m{l=~`\(pattern)`}", "m", ["l": text]) == false, "\(pattern)")
    }
    // Beyond their memory they are refused.
    for pattern in [
      "((a{100}){100}){100}", "(((x{30}){30}){30}){30}", String(repeating: "a", count: RegularExpression.lengthLimit + 1),
    ] {
      #expect(throws: SelectorError.self) { try SelectorParser.parse("m{l=~`\(pattern)`}") }
    }
  }

  @Test func limitsHold() {
    let many = (0...SelectorParser.matcherLimit).map { "l\($0)=\"x\"" }.joined(separator: ",")
    #expect(throws: SelectorError.self) { try SelectorParser.parse("{\(many)}") }
    let long = String(repeating: "x", count: SelectorParser.lengthLimit)
    #expect(throws: SelectorError.self) { try SelectorParser.parse("{a=\"\(long)\"}") }
  }

  @Test func anythingAtAllIsReadOrRefusedAtAPlaceWithinIt() {
    var generator = SeededGenerator(seed: 3)
    let pieces = [
      "up", "{", "}", ",", "=", "!=", "=~", "!~", "!", "\"", "'", "`", "\\", "\\x4", "\\u00e4", "a", "__name__", " ", "\n", "#",
      "(", ")",
      "[", ".*", "é", "\u{0}", "\"b\"", "9", ":", "inf",
    ]
    var read = 0
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }
        .joined()
      do throws(SelectorError) {
        let selector = try SelectorParser.parse(text)
        #expect(!selector.takesNothing)
        read += 1
      } catch {
        #expect((0...text.utf8.count).contains(error.offset) && !error.message.isEmpty, "\(text)")
      }
    }
    #expect(read > 20)
  }

  /// A value written as a string of either kind is found again, whatever it is.
  @Test func everyValueCanBeAskedFor() {
    var generator = SeededGenerator(seed: 4)
    let alphabet = Array("ab\"'`\\\n\t{},=~é😀\u{0}\u{7F}#".unicodeScalars)
    for _ in 0..<2000 {
      var value = ""
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        value.unicodeScalars.append(alphabet.randomElement(using: &generator) ?? "a")
      }
      for quote in ["\"", "'"] {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing(quote, with: "\\" + quote)
        #expect(Self.takes("m{l=\(quote)\(escaped)\(quote)}", "m", ["l": value]) == true)
        #expect(Self.takes("m{l!=\(quote)\(escaped)\(quote)}", "m", ["l": value]) == false)
        #expect(Self.takes("m{l=\(quote)\(escaped)\(quote)}", "m", ["l": value + "x"]) == false)
      }
    }
  }
}
