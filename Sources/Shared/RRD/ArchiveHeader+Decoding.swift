/// What is wrong with a header; the reader adds the path.
struct HeaderFault: Error {
  let code: ArchiveError.Code
  let text: String

  init(_ text: String, code: ArchiveError.Code = .corrupt) {
    self.code = code
    self.text = text
  }
}

extension ArchiveHeader {
  /// The head's own claims, checked as far as they can be before the rest of the header is read.
  struct Claims {
    let version: Int
    let dataSources: Int
    let archives: Int
    let pdpStep: Int
    let length: Int

    /// `bytes` are the first 128 of the file.
    init(_ bytes: UnsafeRawBufferPointer) throws(HeaderFault) {
      guard bytes.count >= ArchiveLayout.staticHead else { throw HeaderFault("shorter than an RRD header") }
      guard bytes[0] == 0x52, bytes[1] == 0x52, bytes[2] == 0x44, bytes[3] == 0 else { throw HeaderFault("not an RRD file") }
      let zero = UInt8(ascii: "0")
      guard bytes[4] == zero, bytes[5] == zero, bytes[6] == zero, bytes[8] == 0, (zero + 1...zero + 5).contains(bytes[7])
      else { throw HeaderFault("unknown RRD version") }
      version = Int(bytes[7] - zero)
      guard Field.double(bytes, 16) == 8.642135E130 else {
        throw HeaderFault("written on another architecture, or damaged", code: .foreign)
      }
      dataSources = try Field.integer(bytes, 24, 1...ArchiveLayout.Limit.dataSources, "number of data sources")
      archives = try Field.integer(bytes, 32, 1...ArchiveLayout.Limit.archives, "number of archives")
      pdpStep = try Field.integer(bytes, 40, 1...ArchiveLayout.Limit.step, "step")
      length = ArchiveLayout.headerLength(dataSources: dataSources, archives: archives, version: version)
    }
  }

  /// Decodes and checks a whole header: `bytes` has at least `Claims.length` bytes of a file of `fileSize` bytes.
  init(decoding bytes: UnsafeRawBufferPointer, fileSize: Int) throws(HeaderFault) {
    let claims = try Claims(bytes)
    guard bytes.count >= claims.length else { throw HeaderFault("the file ends inside its header") }
    version = claims.version
    pdpStep = claims.pdpStep
    length = claims.length
    fileArchives = claims.archives

    dataSources = try Self.dataSources(bytes, claims)
    guard let rx = dataSources.firstIndex(where: { $0.name == "rx" }),
      let tx = dataSources.firstIndex(where: { $0.name == "tx" })
    else { throw HeaderFault("has no data sources rx and tx", code: .foreign) }
    rxColumn = rx
    txColumn = tx

    let live = ArchiveLayout.staticHead + ArchiveLayout.dataSource * claims.dataSources + ArchiveLayout.archive * claims.archives
    lastUpdate = try Field.integer(bytes, live, 0...ArchiveLayout.Limit.time, "time of the last update")
    lastUpdateMicroseconds =
      claims.version < 3 ? 0 : try Field.integer(bytes, live + 8, 0...999_999, "microseconds of the last update")
    let (list, end) = try Self.archives(bytes, claims, lastUpdate: lastUpdate)
    guard end == fileSize else {
      throw HeaderFault("the header describes \(end) bytes, the file has \(fileSize)")
    }
    archives = list
  }

  private static func dataSources(_ bytes: UnsafeRawBufferPointer, _ claims: Claims) throws(HeaderFault) -> [DataSource] {
    var list: [DataSource] = []
    list.reserveCapacity(claims.dataSources)
    for index in 0..<claims.dataSources {
      let at = ArchiveLayout.staticHead + index * ArchiveLayout.dataSource
      let name = try Field.name(bytes, at, "data source")
      let type = try Field.name(bytes, at + ArchiveLayout.nameLength, "type of data source \(name)")
      guard ["GAUGE", "COUNTER", "DERIVE", "ABSOLUTE", "COMPUTE", "DCOUNTER", "DDERIVE"].contains(type) else {
        throw HeaderFault("data source \(name) has the unknown type \(type)")
      }
      guard !list.contains(where: { $0.name == name }) else { throw HeaderFault("two data sources \(name)") }
      list.append(
        DataSource(
          name: name, type: type, heartbeat: bytes.loadUnaligned(fromByteOffset: at + 40, as: UInt64.self),
          minimum: Field.double(bytes, at + 48), maximum: Field.double(bytes, at + 56)))
    }
    return list
  }

  /// The archives and the size the file must have.
  private static func archives(
    _ bytes: UnsafeRawBufferPointer, _ claims: Claims, lastUpdate: Int
  ) throws(HeaderFault) -> ([Archive], Int) {
    let definitions = ArchiveLayout.staticHead + ArchiveLayout.dataSource * claims.dataSources
    let pointers = claims.length - ArchiveLayout.rowPointer * claims.archives
    var offset = claims.length
    var list: [Archive] = []
    list.reserveCapacity(claims.archives)
    for index in 0..<claims.archives {
      let at = definitions + index * ArchiveLayout.archive
      let function = try Field.name(bytes, at, "consolidation of archive \(index)")
      // A row holds at most a time span's worth of seconds, so products below stay far from overflow.
      let rows = try Field.integer(bytes, at + 24, 1...(1 << 32), "rows of archive \(index)")
      let pdpPerRow = try Field.integer(bytes, at + 32, 1...ArchiveLayout.Limit.step, "steps per row of archive \(index)")
      let xff = Field.double(bytes, at + 40)
      let current = try Field.integer(
        bytes, pointers + ArchiveLayout.rowPointer * index, 0...(rows - 1), "row pointer of archive \(index)")
      let (step, tooLong) = claims.pdpStep.multipliedReportingOverflow(by: pdpPerRow)
      let (span, tooWide) = step.multipliedReportingOverflow(by: rows)
      guard !tooLong, !tooWide, span <= ArchiveLayout.Limit.span else {
        throw HeaderFault("archive \(index) claims to cover more than a thousand years")
      }
      guard xff >= 0, xff <= 1 else { throw HeaderFault("archive \(index) has an unknown-share outside 0 to 1") }
      let known = ArchiveConsolidation(rawValue: function) ?? (function == "LAST" && pdpPerRow == 1 ? .average : nil)
      if let consolidation = known {
        list.append(
          Archive(
            consolidation: consolidation, pdpPerRow: pdpPerRow, rows: rows, currentRow: current, xff: xff, offset: offset,
            step: step, end: lastUpdate - lastUpdate % step, index: index,
            extremesFrom: ArchiveMark.extremesFrom(bytes, at: at, lastUpdate: lastUpdate)))
      } else if function != "LAST" {
        throw HeaderFault("archive \(index) has the unsupported consolidation \(function)", code: .foreign)
      }
      offset += rows * claims.dataSources * 8
    }
    return (list, offset)
  }

  /// Reads of single fields, each bounds-checked by the caller's length check and value-checked here.
  private enum Field {
    static func integer(
      _ bytes: UnsafeRawBufferPointer, _ at: Int, _ range: ClosedRange<Int>, _ what: @autoclosure () -> String
    ) throws(HeaderFault) -> Int {
      let value = bytes.loadUnaligned(fromByteOffset: at, as: Int.self)
      guard range.contains(value) else { throw HeaderFault("\(what()) is \(value)") }
      return value
    }

    static func double(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Double {
      bytes.loadUnaligned(fromByteOffset: at, as: Double.self)
    }

    /// A name of `[A-Za-z0-9_-]`, ended by NUL within its 20 bytes.
    static func name(_ bytes: UnsafeRawBufferPointer, _ at: Int, _ what: @autoclosure () -> String) throws(HeaderFault) -> String
    {
      let field = UnsafeRawBufferPointer(rebasing: bytes[at..<at + ArchiveLayout.nameLength])
      guard let end = field.firstIndex(of: 0), end > 0 else { throw HeaderFault("the \(what()) has no proper name") }
      let name = field[..<end]
      guard name.allSatisfy(isNameByte) else { throw HeaderFault("the \(what()) has no proper name") }
      return String(decoding: name, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}
