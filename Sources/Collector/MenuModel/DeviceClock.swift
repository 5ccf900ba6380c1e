import Foundation

/// The device's time zone. RouterOS shows times in it, without naming it: menus with such times ask for it too.
enum DeviceClock {
  static let query = MenuQuery(path: "/system/clock", properties: ["time-zone-name", "gmt-offset"])

  /// By name, which knows summer time; else by the offset that holds now, as devices have it whose zone is set by hand.
  static func zone(_ answers: MenuAnswers) -> TimeZone? {
    guard let row = answers.rows(query).first else { return nil }
    if let name = row["time-zone-name"], isPlain(name), TimeZoneName.isKnown(name) { return TimeZone(identifier: name) }
    return row["gmt-offset"].flatMap(RowValue.zoneOffset).flatMap { TimeZone(secondsFromGMT: $0) }
  }

  /// Foundation makes a path of the name: one that leads elsewhere is none.
  private static func isPlain(_ name: String) -> Bool {
    name.utf8.count <= 64 && name.first?.isLetter == true && !name.contains("..")
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/_+-".contains($0)) }
  }
}
