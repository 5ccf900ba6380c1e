import Shared
import Testing

@testable import Collector

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("laptop", 6), ("打印机", 6), ("ｱ", 1), ("Ａ", 2), ("한글", 4), ("e\u{301}", 1), ("Вася", 4), ("👨‍👩‍👧", 2), ("🇱🇻", 2), ("👍🏽", 2),
    ("❤️", 2), ("❤", 1), ("⌚", 2), ("\u{FFFD}", 1), ("…", 1), ("กำ", 2), ("नि", 2),
  ]) func isThatOfATerminal(text: String, width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test(arguments: [
    ("laptop", 6, "laptop"), ("laptop", 5, "lapt…"), ("打印机", 6, "打印机"), ("打印机", 5, "打印…"), ("打印机", 4, "打…"), ("打印机", 1, "…"),
    ("abc", 0, ""), ("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"),
  ]) func cutsBetweenCharacters(text: String, width: Int, result: String) {
    #expect(DisplayWidth.cut(text, to: width) == result)
    #expect(DisplayWidth.of(DisplayWidth.cut(text, to: width)) <= width)
  }
}

@Suite struct WrapTests {
  @Test(arguments: [
    ("Total: 5", 20, ["Total: 5"]), ("one two three", 7, ["one two", "three"]), ("a verylongword b", 6, ["a", "veryl…", "b"]),
    ("打印机 打印机", 7, ["打印机", "打印机"]), ("", 5, [""]), ("verylongword", 4, ["ver…"]),
  ]) func breaksAtBlanks(text: String, width: Int, lines: [String]) {
    #expect(DisplayWidth.wrap(text, to: width) == lines)
  }
}

@Suite struct FoldTests {
  @Test(arguments: [
    ("ab cd", "  1  ", 80, ["  1  ab cd"]), ("one two three", "    ", 31, ["    one two three"]),
    ("one two three four five six seven", "  1  ", 30, ["  1  one two three four five", "     six seven"]),
    ("a " + String(repeating: "x", count: 40) + " b", "", 30, ["a", String(repeating: "x", count: 40), "b"]),
    ("打印机 打印机 打印机 打印机", "", 21, ["打印机 打印机 打印机", "打印机"]), ("too narrow to fold", "    ", 10, ["    too narrow to fold"]),
  ]) func goesOnBehindTheHead(text: String, head: String, width: Int, lines: [String]) {
    #expect(DisplayWidth.fold(text, behind: head, to: width) == lines)
    #expect(DisplayWidth.fold(text, behind: head, to: nil) == [head + text])
  }
}

@Suite struct SafeTextTests {
  @Test(arguments: [
    ("plain", "plain"), ("\u{1B}[31mred", "\u{FFFD}[31mred"), ("a\u{7}b\u{8}", "a\u{FFFD}b\u{FFFD}"),
    ("one\ntwo\tthree\r\nfour", "one two three four"),
    ("\u{9B}2J", "\u{FFFD}2J"), ("\u{202E}cod.exe", "\u{FFFD}cod.exe"), ("a\u{200D}b", "a\u{FFFD}b"), ("👨‍👩‍👧", "👨‍👩‍👧"),
    ("\u{301}x", "\u{FFFD}\u{301}x"),
    ("a\u{2028}b", "a\u{FFFD}b"), ("\0", "\u{FFFD}"), ("\u{7F}", "\u{FFFD}"),
  ]) func cannotDriveATerminal(text: String, safe: String) {
    #expect(SafeText.line(text) == safe)
  }

  @Test func marksDoNotPileUp() {
    let text = SafeText.line("Z" + String(repeating: "\u{335}", count: 500))
    #expect(text.unicodeScalars.count == 5)
    #expect(DisplayWidth.of(text) == 1)
  }
}

@Suite struct TerminalTableTests {
  private func table(_ rows: [[String]], _ kinds: [DeviceTable.Kind]) -> TerminalTable {
    TerminalTable(
      columns: kinds.enumerated().map { .init(heading: "heading\($0.offset)", kind: $0.element) },
      groups: [rows.map { $0.map { TerminalTable.Cell(text: $0) } }])
  }

  @Test func textStandsLeftAndNumbersRight() {
    let lines = table([["a", "1", "x"], ["bb", "1000", "打印机"]], [.text, .number, .text]).lines(width: nil)
    #expect(
      lines == [
        "heading0  heading1  heading2", "========  ========  ========", "a                1  x", "bb            1000  打印机",
      ])
  }

  @Test func theWidestTextIsCutFirst() {
    let rows = [["a name of thirty characters ...", "another of twenty ..", "123456789"]]
    let lines = table(rows, [.text, .text, .number]).lines(width: 55)
    #expect(lines[2] == "a name of thirty char…  another of twenty ..  123456789")
    let narrow = table(rows, [.text, .text, .number]).lines(width: 40)
    #expect(narrow[2] == "a name of th…  another of tw…  123456789")
    #expect(narrow.allSatisfy { DisplayWidth.of($0) <= 40 })
  }

  @Test func headingsGiveWayToNumbers() {
    let lines = table([["abcdef", "5"], ["g", "12345"]], [.text, .number]).lines(width: 14)
    #expect(lines == ["headin…  head…", "=======  =====", "abcdef       5", "g        12345"])
  }

  @Test func whereNothingFitsRowsBecomeParagraphs() {
    let lines = table([["abcdefghij", "123456789", "987654321"], ["k", "1", ""]], [.text, .number, .number]).lines(width: 20)
    #expect(
      lines == ["heading0 abcdefghij", "heading1 123456789", "heading2 987654321", "", "heading0 k", "heading1 1"])
  }

  @Test func coloursDoNotCountAsWidth() {
    var table = TerminalTable(columns: [.init(heading: "h", kind: .text), .init(heading: "i", kind: .text)], groups: [])
    table.groups = [
      [[.init(text: "up", style: .good), .init(text: "x")]], [[.init(text: "down", style: .bad), .init(text: "y")]],
    ]
    table.isColoured = true
    let lines = table.lines(width: 80)
    #expect(lines[2] == "\u{1B}[32mup\u{1B}[0m    x")
    #expect(lines[3].isEmpty, "groups are separated")
    #expect(lines[4] == "\u{1B}[31mdown\u{1B}[0m  y")
    table.isColoured = false
    #expect(!table.lines(width: 80).joined().contains("\u{1B}"))
  }

  @Test func aScreenIsNeverScrolled() {
    let drawing = TerminalScreen.drawing((1...50).map { "line \($0)" }, height: 10)
    #expect(drawing.split(separator: "\r\n").count == 10)
    #expect(drawing.contains("… 41 more lines"))
    #expect(drawing.hasPrefix("\u{1B}[H") && drawing.hasSuffix("\u{1B}[J"))
  }
}

@Suite struct TableExportTests {
  private let columns: [DeviceTable.Column] = [.init("a", "A"), .init("b", "B", .rate)]

  @Test(arguments: [
    ("plain", "plain"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "' x"), ("\rx", "' x"),
    ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), (" x", "\" x\""), ("two\nlines", "two lines"),
    ("\u{1B}[2J", "\u{FFFD}[2J"),
  ]) func csvCellsAreTextAndNothingElse(text: String, cell: String) {
    let csv = TableExport.csv(columns, [[.text(text), .none]])
    #expect(csv == "a,b\r\n\(cell),\r\n")
  }

  @Test func numbersAreNotDefused() {
    #expect(TableExport.csv(columns, [[.number(-67), .flag(true)]]) == "a,b\r\n-67,true\r\n")
  }

  @Test func jsonIsAnArrayOfObjects() throws {
    let json = try TableExport.json(
      columns, [[.text("x\u{9B}\u{202E}\u{1B}"), .number(1.5)], [.none, .flag(false)]], isCompact: true)
    #expect(json == #"[{"a":"x\u009b\u202e\u001b","b":1.5},{"a":null,"b":false}]"#)
    #expect(try TableExport.json(columns, [], isCompact: true) == "[]")
  }
}
