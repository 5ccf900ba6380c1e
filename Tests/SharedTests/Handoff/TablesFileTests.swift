import Shared
import TestSupport
import Testing

@Suite struct TablesFileTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private static let table = DeviceTable(
    t: 1_795_219_200.5,
    columns: [.init("dhcp_name", "Name"), .init("tx_rate", "Tx rate", .rate), .init("dynamic", "Dynamic", .boolean)],
    rows: [
      [.text("打印机 \"1\""), .number(866_600_000), .flag(true)], [.none, .text("MCS7"), .flag(false)], [.none, .none, .none],
    ],
    omitted: 7)

  @Test func tablesComeBack() throws {
    let file = TablesFile(
      device: "gw", written: 1_795_219_201, tables: ["wifi": Self.table, "dhcp": DeviceTable(t: 0, columns: [], rows: [])])
    try file.write(folder.file("tables.json"))
    #expect(try TablesFile.read(folder.file("tables.json")) == file)
  }

  @Test func theFormIsThatOfTheContract() throws {
    let file = TablesFile(device: "gw", written: 5, tables: ["wifi": Self.table])
    let text = String(decoding: try JSONFile.encode(file), as: UTF8.self)
    #expect(
      text == #"{"device":"gw","format":1,"tables":{"wifi":{"columns":[{"id":"dhcp_name","title":"Name","type":"text"},"#
        + #"{"id":"tx_rate","title":"Tx rate","type":"rate"},{"id":"dynamic","title":"Dynamic","type":"boolean"}],"omitted":7,"#
        + #""rows":[["打印机 \"1\"",866600000,true],[null,"MCS7",false],[null,null,null]],"t":1795219200.5}},"written":5}"# + "\n")
  }

  @Test func aTypeOfLaterVersionsIsText() throws {
    let text =
      #"{"format":1,"device":"d","written":1,"extra":[],"tables":{"x":{"t":1,"columns":[{"id":"a","title":"A","type":"colour"}],"rows":[[1]]}}}"#
    let file = try TablesFile.read(try folder.write("tables.json", text.utf8))
    #expect(file.tables["x"]?.columns.first?.type == .text)
  }

  @Test(arguments: [
    "", "{}", #"{"format":2,"device":"d","written":1,"tables":{}}"#,
    #"{"format":1,"device":"d","written":1,"tables":{"x":{"t":1,"columns":[{"id":"a","title":"A","type":"text"}],"rows":[["1","2"]]}}}"#,
    #"{"format":1,"device":"d","written":1,"tables":{"x":{"t":1,"columns":[],"rows":[[{}]]}}}"#,
  ])
  func whatIsNoTableIsAnError(text: String) throws {
    let path = try folder.write("tables.json", text.utf8)
    #expect { try TablesFile.read(path) } throws: { ($0 as? FileError)?.code == .malformed }
  }

  @Test func numbersThatAreNoneBecomeNothing() throws {
    let table = DeviceTable(t: 1, columns: [.init("a", "A", .number)], rows: [[.number(.nan)], [.number(.infinity)]])
    try TablesFile(device: "d", written: 1, tables: ["x": table]).write(folder.file("tables.json"))
    #expect(try TablesFile.read(folder.file("tables.json")).tables["x"]?.rows == [[.none], [.none]])
  }
}
