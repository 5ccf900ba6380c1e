import Foundation
import HTTPService
import Hummingbird
import Shared

/// `/data.csv` and `/data.json`: the points of a graph as files for people, with unit, zone and step in them. Programs use
/// `/api/v1/series`.
struct DataRoutes {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    group.get("data.csv") { request, _ in
      let (wanted, zone, histories) = try await read(request)
      let query = try QueryParameters(request.uri.query)
      let isBytes = try query.choice("unit", default: GraphRequest.Unit.bit) == .B
      let bytes = DataTable(histories: histories, isEverything: wanted.subject.isEverything, zone: zone, isBytes: isBytes).csv
      return answer(bytes, "text/csv; charset=utf-8; header=present", "csv", wanted, request)
    }
    group.get("data.json") { request, _ in
      let (wanted, zone, histories) = try await read(request)
      let response = HistoriesResponse(
        subject: wanted.subject, window: wanted.window, now: services.now(), histories: histories, zone: DataTable.name(zone))
      return answer(response.json.bytes, "application/json", "json", wanted, request)
    }
  }

  private typealias Wanted = (subject: GraphSubject, window: TimeWindow)

  private func read(_ request: Request) async throws -> (Wanted, TimeZone, Histories) {
    let query = try QueryParameters(request.uri.query)
    let snapshot = services.fleet.snapshot()
    let subject = try GraphSubject(request.uri.query, snapshot: snapshot)
    let window = try TimeWindow(query, now: services.now())
    let limit = min(SeriesReader.maximumPoints, SeriesService.pointLimit / max(1, subject.lanes.count))
    let points = try query.integer("points", in: 1...limit, default: min(1000, limit))
    let zone = try query.string("zone").map(Self.zone) ?? .current
    let histories = try await services.series.histories(subject, snapshot, window: window, points: points)
    return ((subject, window), zone, histories)
  }

  private static func zone(_ name: String) throws(HTTPProblem) -> TimeZone {
    // Looked up in a list, not in a file system.
    guard name == "UTC" || TimeZone.knownTimeZoneIdentifiers.contains(name), let zone = TimeZone(identifier: name) else {
      throw .badParameter("zone", "\"\(name.prefix(64))\" is no time zone", allowed: "such as UTC or Europe/Riga")
    }
    return zone
  }

  private func answer(_ bytes: [UInt8], _ type: String, _ suffix: String, _ wanted: Wanted, _ request: Request) -> Response {
    .content(
      bytes, type: type, freshness: .now, request: request,
      headers: [.contentDisposition: "attachment; filename=\"\(FileNames.export(wanted.subject, wanted.window, suffix))\""])
  }
}

/// Histories as a table for spreadsheets.
struct DataTable {
  var histories: Histories
  var isEverything: Bool
  var zone: TimeZone
  var isBytes: Bool

  var csv: [UInt8] {
    let unit = isBytes ? "byte_s" : "bit_s"
    let columns = ["in_avg", "in_max", "in_min", "out_avg", "out_max", "out_min"].map { "\($0)_\(unit)" }
    var text = Array(
      (["device", "interface", "time", "local_time", "zone", "step_s"] + columns).joined(separator: ",").utf8 + [10])
    if isEverything {
      append(histories.total, GraphSubject.everything, "", to: &text)
    } else {
      for lane in histories.lanes { append(lane.series, lane.lane.device.name, lane.lane.interface?.name ?? "", to: &text) }
    }
    return text
  }

  private func append(_ series: Series, _ device: String, _ interface: String, to text: inout [UInt8]) {
    let names = CSVCell.text(device) + "," + CSVCell.text(interface) + ","
    for index in 0..<series.count {
      let time = series.t0 + index * series.step
      text += "\(names)\(time),\(Self.local(time, zone)),\(Self.name(zone)),\(series.step)".utf8
      for band in [series.rx, series.tx] {
        for value in [band.avg[index], band.max[index], band.min[index]] {
          text.append(UInt8(ascii: ","))
          if value.isFinite { JSONText.append(Optional((isBytes ? value / 8 : value).rounded()), to: &text) }
        }
      }
      text.append(10)
    }
  }

  /// Foundation calls UTC by its older name.
  static func name(_ zone: TimeZone) -> String { zone.identifier == "GMT" ? "UTC" : zone.identifier }

  /// `2026-11-20T21:36:00+01:00`.
  static func local(_ time: Int, _ zone: TimeZone) -> String {
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
    let wall = UTCTime.rfc3339(Double(time + offset)).prefix(19)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = abs(offset) / 60
    return wall + (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }
}
