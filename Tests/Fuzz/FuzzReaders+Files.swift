/// Readers of files that collectors write a piece at a time, or for people.
extension FuzzReader {
  func readEvents(_ bytes: UnsafeRawBufferPointer) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let event = JSONFile.decode(EventLine.self, Array(line)), let written = try? JSONFile.encode(event) else { continue }
      precondition(!written.dropLast().contains(UInt8(ascii: "\n")), "an event is one line")
      precondition(JSONFile.decode(EventLine.self, written) == event, "an event comes back as it was written")
    }
  }

  /// A ledger read at once and the same read as it grew.
  func readLedgerFile(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let text = Array(bytes.dropFirst())
    var whole = LedgerRows()
    whole.append(text)
    precondition(whole.consumed <= text.count)
    var grown = LedgerRows()
    grown.append(Array(text.prefix(Int(first))))
    grown.append(Array(text[grown.consumed...]))
    precondition(grown == whole, "a ledger that grew is the one read at once")
    for row in whole.rows {
      // Of others' more than three decimals are taken, and not written.
      let written = row.encoded()
      let again = LedgerRow(line: String(decoding: written.dropLast(), as: UTF8.self))
      precondition(again?.encoded() == written, "a row comes back as it was written")
    }
  }

  /// What was let through is let through again, and nothing of it is dropped.
  func readMetrics(_ bytes: UnsafeRawBufferPointer) {
    let file = ExpositionFile(parsing: Array(bytes), external: [Labels.Label(name: "site", value: "a\"b\n")])
    var merge = ExpositionMerge()
    for family in file.families { merge.add(family) }
    for format in ExpositionFormat.allCases { _ = merge.text(format) }
    let again = ExpositionFile(parsing: merge.text(.text))
    precondition(again.dropped == 0, "what is sent out can be read")
    let lines = { (file: ExpositionFile) in file.families.reduce(0) { $0 + $1.lines.count } }
    precondition(lines(again) == lines(file), "no sample is lost on the way out")
  }
}
