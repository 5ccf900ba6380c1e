/// The unit that rates are shown in. The interface always counts in bit/s.
struct RateUnit {
  var bytes: Bool

  var name: String { bytes ? "B/s" : "bit/s" }

  func parts(_ value: Double?) -> Format.Parts { Format.parts(bytes ? value.map { $0 / 8 } : value, unit: name) }

  func rate(_ value: Double?) -> String { parts(value).text }

  /// The fields of a readout.
  func fields(_ value: Double?) -> Fields {
    let parts = parts(value)
    return ["number": parts.number, "unit": parts.unit.isEmpty ? name : parts.unit]
  }
}
