import CRRD
import Glibc
import Synchronization

extension RRDLibrary {
  /// `rrd_graph_v` shares one static font map between all threads (parallel calls crash or hang): one at a time per process.
  private static let drawing = Mutex(())

  /// What the fetch call-back serves while `drawing` is held.
  ///
  /// Safe although unchecked: written and read only on the thread that holds `drawing`, as librrd calls back on the
  /// caller's thread.
  nonisolated(unsafe) private static var sources: [String: Series] = [:]
  nonisolated(unsafe) private static var sourceFault: String?  // as above
  nonisolated(unsafe) private static var isRegistered = false  // as above

  /// Draws with `rrdtool graph`'s own arguments and returns the image's bytes.
  ///
  /// - Parameters:
  ///   - start: first epoch second of the window; absolute, because relative times use static variables in librrd.
  ///   - arguments: everything after the file name except `--start` and `--end`. Every `DEF` must read from `rows`:
  ///     `DEF:v=cb//NAME:rx:AVERAGE`, with `rx` or `tx`, and AVERAGE, MIN or MAX. librrd opens no file.
  ///   - rows: what the `DEF`s may name.
  package static func graph(start: Int, end: Int, arguments: [String], rows: [String: Series]) throws(ArchiveError) -> [UInt8] {
    try check(start: start, end: end, arguments: arguments, rows: rows)
    let vector = ["graph", "-", "--start", String(start), "--end", String(end)] + arguments
    let outcome: Swift.Result<[UInt8], ArchiveError> = drawing.withLock { _ in
      if !isRegistered {
        rrd_fetch_cb_register(serveRows)
        isRegistered = true
      }
      sources = rows
      sourceFault = nil
      defer { sources = [:] }
      rrd_clear_error()
      let list = withArguments(vector) { count, pointer in rrd_graph_v(count, pointer) }
      defer { rrd_info_free(list) }
      guard let list, rrd_test_error() == 0 else {
        return .failure(ArchiveError(.drawing, path: "graph", detail: sourceFault ?? message()))
      }
      return image(in: list).map { .success($0) }
        ?? .failure(ArchiveError(.drawing, path: "graph", detail: sourceFault ?? "librrd returned no image"))
    }
    return try outcome.get()
  }

  private static func image(in list: UnsafeMutablePointer<rrd_info_t>) -> [UInt8]? {
    var item: UnsafeMutablePointer<rrd_info_t>? = list
    while let current = item {
      if current.pointee.type == RD_I_BLO, let key = current.pointee.key, strcmp(key, "image") == 0,
        let bytes = current.pointee.value.u_blo.ptr
      {
        return [UInt8](UnsafeBufferPointer(start: bytes, count: Int(current.pointee.value.u_blo.size)))
      }
      item = current.pointee.next
    }
    return nil
  }

  private static func check(start: Int, end: Int, arguments: [String], rows: [String: Series]) throws(ArchiveError) {
    func refuse(_ detail: String) -> ArchiveError { ArchiveError(.badRequest, path: "graph", detail: detail) }
    guard start >= 0, end > start, end <= ArchiveLayout.Limit.time else { throw refuse("no window: \(start) to \(end)") }
    for name in rows.keys where name.isEmpty || !name.utf8.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: "/") }) {
      throw refuse("the source name '\(name)' has characters other than A-Z a-z 0-9 . _ - /")
    }
    for argument in arguments {
      guard !argument.utf8.contains(0) else { throw refuse("an argument has a NUL byte") }
      for option in ["--start", "--end", "-s", "-e", "--daemon", "-d", "--imginfo", "-f"]
      where argument == option || (argument.hasPrefix("--") && argument.hasPrefix(option + "=")) {
        throw refuse("the option \(option) is not for the caller to set")
      }
      guard argument.hasPrefix("DEF:") else { continue }
      let name = argument.split(separator: "=", maxSplits: 1).last?.split(separator: ":", maxSplits: 1).first ?? ""
      guard name.hasPrefix("cb//"), rows[String(name.dropFirst(4))] != nil else {
        throw refuse("'\(argument)' does not read from the given rows")
      }
    }
  }

  /// Upper bound for what librrd may ask for at once: far above any drawing's width.
  private static let maximumRows = 1 << 20

  /// librrd's fetch call-back: `start` is rounded down and `end` up to the step of the rows; names and data belong to
  /// librrd afterwards, which frees each with `free`.
  private static let serveRows:
    @convention(c) (
      UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<time_t>?, UnsafeMutablePointer<time_t>?,
      UnsafeMutablePointer<UInt>?, UnsafeMutablePointer<UInt>?,
      UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>?,
      UnsafeMutablePointer<UnsafeMutablePointer<rrd_value_t>?>?
    ) -> Int32 = { filename, consolidation, start, end, step, count, names, data in
      guard let filename, let start, let end, let step, let count, let names, let data else { return -1 }
      let text = String(cString: filename)
      let name = text.hasPrefix("cb//") ? String(text.dropFirst(4)) : text
      guard let series = sources[name] else {
        sourceFault = "no rows are named '\(name)'"
        return -1
      }
      guard let rx = series.rx.values(rrdConsolidation: consolidation), let tx = series.tx.values(rrdConsolidation: consolidation)
      else {
        sourceFault = "only AVERAGE, MIN and MAX can be drawn"
        return -1
      }
      let first = SeriesGrid.floor(Int(start.pointee), to: series.step)
      let last = SeriesGrid.floor(Int(end.pointee) + series.step - 1, to: series.step)
      let rows = (last - first) / series.step + 1
      guard rows > 0, rows <= maximumRows,
        let values = malloc(rows * 2 * MemoryLayout<rrd_value_t>.stride)?.assumingMemoryBound(to: rrd_value_t.self),
        let list = malloc(2 * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride)?
          .assumingMemoryBound(to: UnsafeMutablePointer<CChar>?.self)
      else {
        sourceFault = "the window has too many rows"
        return -1
      }
      let shift = SeriesGrid.floor(first - series.t0, to: series.step) / series.step
      for row in 0..<rows {
        let index = row + shift
        let isInside = index >= 0 && index < rx.count
        values[2 * row] = isInside ? rx[index] : .nan
        values[2 * row + 1] = isInside ? tx[index] : .nan
      }
      list[0] = strdup("rx")
      list[1] = strdup("tx")
      start.pointee = time_t(first)
      end.pointee = time_t(last)
      step.pointee = UInt(series.step)
      count.pointee = 2
      names.pointee = list
      data.pointee = values
      return 0
    }
}

extension Series.Band {
  /// `enum cf_en` of `rrd_format.h`: 0 AVERAGE, 1 MIN, 2 MAX.
  fileprivate func values(rrdConsolidation index: Int32) -> [Double]? {
    switch index {
    case 0: avg
    case 1: min
    case 2: max
    default: nil
    }
  }
}
