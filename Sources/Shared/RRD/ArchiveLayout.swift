/// Where things stand in an RRD file on a little-endian 64-bit machine (`rrd_format.h` of RRDtool 1.7.2).
///
/// static head · data sources · archive definitions · live head · preparation areas · row pointers · rows
enum ArchiveLayout {
  static let staticHead = 128
  static let dataSource = 120
  static let archive = 120
  static let pdpPrep = 112
  static let cdpPrep = 80
  static let rowPointer = 8
  static let nameLength = 20

  /// The live head had no microseconds before version 3.
  static func liveHead(version: Int) -> Int { version < 3 ? 8 : 16 }

  static func headerLength(dataSources: Int, archives: Int, version: Int) -> Int {
    staticHead + (dataSource + pdpPrep) * dataSources + liveHead(version: version)
      + headerLengthPerArchive(dataSources: dataSources) * archives
  }

  static func headerLengthPerArchive(dataSources: Int) -> Int { archive + cdpPrep * dataSources + rowPointer }

  /// Far beyond any real archive, small enough that no product of them overflows unnoticed or costs memory.
  enum Limit {
    static let dataSources = 64
    static let archives = 128
    /// Seconds in one step or row, and a bound for times: the year 2514 and a thousand years of rows.
    static let step = 1 << 31
    static let time = 1 << 34
    static let span = 1 << 35
  }
}
