import Shared
import Testing

struct INIDocumentTests {
  /// Text after `key =`, the text read, the list read. The first five rows were verified against MKTXP 2.1.0.
  struct ValueCase: Sendable, CustomTestStringConvertible {
    let source: String
    let text: String
    let list: [String]
    var testDescription: String { source }

    init(_ source: String, _ text: String, _ list: [String]? = nil) {
      self.source = source
      self.text = text
      self.list = list ?? (text.isEmpty ? [] : [text])
    }
  }

  static let values = [
    ValueCase("a#b", "a"),
    ValueCase("'a # b'", "a # b"),
    ValueCase("a=b;c", "a=b;c"),
    ValueCase("a\"b", "a\"b"),
    ValueCase("a,b", "a,b", ["a", "b"]),
    ValueCase("a, b", "a, b", ["a", "b"]),
    ValueCase("", ""),
    ValueCase("''", ""),
    ValueCase("\"\" # nothing", ""),
    ValueCase("# nothing", ""),
    ValueCase("; no comment", "; no comment"),
    ValueCase("one two", "one two"),
    ValueCase("  padded\t", "padded"),
    ValueCase("\u{A0}8728\u{A0}", "8728"),
    ValueCase("\"a, b\"", "a, b", ["a, b"]),
    ValueCase("'it's' # fine", "it's"),
    ValueCase("it's", "it's"),
    ValueCase("\" kept \"", " kept "),
    ValueCase("'say \"hi\"'", "say \"hi\""),
    ValueCase("'a', \"b, c\", d # e", "'a', \"b, c\", d", ["a", "b, c", "d"]),
    ValueCase("a,", "a,", ["a"]),
    ValueCase(",", ",", []),
    ValueCase("a,,b", "a,,b", ["a", "b"]),
    ValueCase("a, # b, c", "a,", ["a"]),
    ValueCase("'''one'''", "one"),
    ValueCase("\"\"\"a # \"b\", c\"\"\" # comment", "a # \"b\", c"),
    ValueCase("100%", "100%"),
    ValueCase("%", "%"),
    ValueCase("50% (half)", "50% (half)"),
    ValueCase("%(open", "%(open"),
    ValueCase("%(name)d", "%(name)d"),
    ValueCase("ünïcödé ✓", "ünïcödé ✓"),
  ]

  @Test(arguments: values) func readsValue(_ row: ValueCase) throws {
    let document = try INIDocument(parsing: "[Office]\nname = x\nkey = \(row.source)\n", file: "c.conf")
    let entry = try #require(document.section("Office")?["key"])
    #expect(entry.value.text == row.text)
    #expect(entry.value.list == row.list)
    #expect(entry.line == 3)
  }

  @Test func keepsSectionsEntriesAndLinesInOrder() throws {
    let text = """
      # a whole line
      [collector]   # the collector
          id = edge-1
      storage=/srv/tikwatch
        [ "two words" ]
      \tlisten = 0.0.0.0:49090 [::]:49090
      "quoted key" = 1
      [retention wan]
      archives = 1s:1y, 10s:5y
      [empty]
      """
    let document = try INIDocument(parsing: text, file: "c.conf")
    #expect(document.sections.map(\.name) == ["collector", "two words", "retention wan", "empty"])
    #expect(document.sections.map(\.line) == [2, 5, 8, 10])
    #expect(document.section("collector")?.keys == ["id", "storage"])
    #expect(document.section("two words")?["listen"]?.value.text == "0.0.0.0:49090 [::]:49090")
    #expect(document.section("two words")?["quoted key"]?.line == 7)
    #expect(document.section("retention wan")?["archives"]?.value.list == ["1s:1y", "10s:5y"])
    #expect(document.section("Collector") == nil)
    #expect(document.section(orEmpty: "web").entries.isEmpty)
  }

  @Test func sectionNamesMayHoldBracketsAndHashes() throws {
    let document = try INIDocument(parsing: "[a]b]\n[c # d] # e]\n['e']\n", file: "c.conf")
    #expect(document.sections.map(\.name) == ["a]b", "c # d", "e"])
  }

  @Test func acceptsByteOrderMarkAndCRLF() throws {
    let document = try INIDocument(parsing: "\u{FEFF}[a]\r\nkey = v # c\r\nlong = '''x\r\ny'''\r\n\r\nlast = z", file: "c.conf")
    let section = try #require(document.section("a"))
    #expect(section["key"]?.value.text == "v")
    #expect(section["long"]?.value.text == "x\ny")
    #expect(section["last"]?.line == 6)
  }

  @Test func multiLineValuesKeepTheirLines() throws {
    let text = "[a]\nnote = \"\"\"first # kept\n  [not a section]\n\nlast\"\"\" # comment\nnext = 1\n"
    let section = try #require(try INIDocument(parsing: text, file: "c.conf").section("a"))
    #expect(section["note"]?.value.text == "first # kept\n  [not a section]\n\nlast")
    #expect(section["note"]?.line == 2)
    #expect(section["next"]?.line == 6)
  }

  @Test func rawTextStaysAsWritten() throws {
    let document = try INIDocument(parsing: "[a]\nb = 1\nkey = '%(b)s, x' # c\n", file: "c.conf")
    let entry = try #require(document.section("a")?["key"])
    #expect(entry.raw == "'%(b)s, x'")
    #expect(entry.value.text == "1, x")
  }

  @Test func fillsReferencesFromTheSectionThenFromDefault() throws {
    let text = """
      [default]
      site = riga
      domain = %(site)s.example
      [Office]
      site = oslo
      hostname = gw.%(domain)s
      title = %(site)s, %(domain)s
      rate = 5%
      """
    let section = try #require(try INIDocument(parsing: text, file: "c.conf").section("Office"))
    #expect(section["hostname"]?.value.text == "gw.riga.example")
    #expect(section["title"]?.value.list == ["oslo", "riga.example"])
    #expect(section["rate"]?.value.text == "5%")
  }

  @Test func commaInAReferenceDoesNotSplit() throws {
    let document = try INIDocument(parsing: "[a]\nb = 1,2\nkey = %(b)s, 3\n", file: "c.conf")
    #expect(document.section("a")?["key"]?.value.list == ["1,2", "3"])
    let empty = try INIDocument(parsing: "[a]\nb =\nkey = %(b)s, 3\n", file: "c.conf")
    #expect(empty.section("a")?["key"]?.value.list == ["3"])
  }

  @Test func emptyFileHasNoSections() throws {
    #expect(try INIDocument(parsing: "", file: "c.conf").sections.isEmpty)
    #expect(try INIDocument(parsing: "\n# only a comment", file: "c.conf").sections.isEmpty)
  }
}
