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

  /// Where the parts of a header begin.
  static func archiveOffset(_ archive: Int, dataSources: Int) -> Int {
    staticHead + self.dataSource * dataSources + self.archive * archive
  }
  static func liveHeadOffset(dataSources: Int, archives: Int) -> Int { archiveOffset(archives, dataSources: dataSources) }
  static func pdpPrepOffset(_ source: Int, dataSources: Int, archives: Int, version: Int) -> Int {
    liveHeadOffset(dataSources: dataSources, archives: archives) + liveHead(version: version) + pdpPrep * source
  }
  static func cdpPrepOffset(_ archive: Int, _ source: Int, dataSources: Int, archives: Int, version: Int) -> Int {
    pdpPrepOffset(dataSources, dataSources: dataSources, archives: archives, version: version)
      + cdpPrep * (archive * dataSources + source)
  }

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
