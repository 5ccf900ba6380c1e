import Shared

/// Joins the families of many devices: each family once, with one HELP and one TYPE, sorted by name. A pure function.
struct MetricsMerge {
  /// A finished family.
  struct Block: Sendable, Equatable {
    var name: String
    var bytes: [UInt8]
  }

  private var headers: [String: (kind: String, help: String)] = [:]
  private var bodies: [String: [UInt8]] = [:]
  /// Families left out because another device has the name with another type.
  private(set) var conflicts = 0

  mutating func add(_ family: ExpositionFile.Family) {
    guard !family.lines.isEmpty else { return }
    if let header = headers[family.name] {
      // A gauge among counters can be told apart by nobody; a histogram among gauges would break the whole answer.
      guard header.kind == family.kind || !Self.isCompound(header.kind) && !Self.isCompound(family.kind) else {
        conflicts += 1
        return
      }
      if header.help.isEmpty { headers[family.name]?.help = family.help }
    } else {
      headers[family.name] = (family.kind, family.help)
    }
    bodies[family.name, default: []] += family.lines
  }

  /// Adds a family of the node's own.
  mutating func add(_ family: MetricFamily, external: [WebNodeConfig.ExternalLabel]) {
    var family = family
    for index in family.samples.indices {
      for label in external { family.samples[index].labels.append(label.name, label.value) }
    }
    let text = PrometheusText.render([family]).text
    for parsed in ExpositionFile(parsing: text).families { add(parsed) }
  }

  var blocks: [Block] {
    bodies.sorted { $0.key < $1.key }.map { name, body in
      let header = headers[name] ?? ("untyped", "")
      var bytes: [UInt8] = []
      bytes.reserveCapacity(body.count + name.utf8.count * 2 + header.help.utf8.count + 32)
      // promtool wants a help text; a family without one says where it is from.
      bytes += "# HELP \(name) \(header.help.isEmpty ? "From a device's metrics file." : header.help)\n".utf8
      bytes += "# TYPE \(name) \(header.kind)\n".utf8
      bytes += body
      return Block(name: name, bytes: bytes)
    }
  }

  private static func isCompound(_ kind: String) -> Bool { kind == "histogram" || kind == "summary" }
}
