/// A small graph without axes, as SVG paths: In above the middle line, Out below. It stands in the page until a script draws its
/// own, and stays where there are no scripts. Gaps stay gaps.
struct SparkDrawing {
  /// The drawing's own units; the page stretches it.
  static let width = 300
  static let height = 62.0

  var area: [String]
  var line: [String]
  /// The highest value drawn, bit/s; 0 when nothing is known.
  var peak: Double

  init(_ spark: Spark, columns: Int = 100) {
    let means = Self.means(spark.values, columns)
    let up = means.compactMap { $0?.rx }.max() ?? 0
    let down = means.compactMap { $0?.tx }.max() ?? 0
    peak = max(up, down)
    let larger = max(peak, 1)
    // Neither side gets less than an eighth, so that a quiet direction still shows.
    let top = max(up, larger * 0.12) * 1.06
    let bottom = max(down, larger * 0.12) * 1.06
    let middle = Self.height * top / (top + bottom)
    area = []
    line = []
    for (pick, sign) in [(\Rates.rx, -1.0), (\Rates.tx, 1.0)] {
      var areaPath = ""
      var linePath = ""
      for run in Self.runs(means) {
        let points = run.map { index in
          let value = means[index]?[keyPath: pick] ?? 0
          let x = (Double(index) + 0.5) * Double(Self.width) / Double(max(1, means.count))
          return Format.fixed(x, 1) + " " + Format.fixed(middle + sign * value * Self.height / (top + bottom), 1)
        }
        guard let first = points.first, let last = points.last else { continue }
        linePath += "M" + points.joined(separator: "L")
        let base = Format.fixed(middle, 1)
        areaPath +=
          "M\(first.prefix { $0 != " " }) \(base)L" + points.joined(separator: "L") + "L\(last.prefix { $0 != " " }) \(base)Z"
      }
      area.append(areaPath)
      line.append(linePath)
    }
  }

  /// The fields that templates read; absent when nothing is known.
  var fields: Fields? {
    guard line.contains(where: { !$0.isEmpty }) else { return nil }
    return [
      "width": String(Self.width), "height": Format.fixed(Self.height, 0), "area0": area[0], "area1": area[1], "line0": line[0],
      "line1": line[1],
    ]
  }

  private static func means(_ values: [Rates?], _ columns: Int) -> [Rates?] {
    guard values.count > columns else { return values }
    return (0..<columns).map { column in
      let known = values[column * values.count / columns..<(column + 1) * values.count / columns].compactMap { $0 }
      guard !known.isEmpty else { return nil }
      let sum = known.reduce(Rates(rx: 0, tx: 0)) { $0 + $1 }
      return Rates(rx: sum.rx / Double(known.count), tx: sum.tx / Double(known.count))
    }
  }

  private static func runs(_ values: [Rates?]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for index in 0...values.count {
      let known = index < values.count && values[index] != nil
      if known, start == nil { start = index }
      if !known, let first = start {
        runs.append(first..<index)
        start = nil
      }
    }
    return runs
  }
}
