import Foundation

/// Holds values against the schemas of an OpenAPI document: as much of JSON Schema as that document uses, and stricter in one point: a
/// member that is not described is a fault.
struct SchemaCheck {
  private static let known: Set<String> = [
    "$ref", "anyOf", "const", "enum", "type", "minimum", "maximum", "required", "properties", "additionalProperties", "items",
    "minItems", "maxItems", "description", "default", "pattern",
  ]

  let document: JSONValue

  /// What is wrong with `value`; empty: nothing.
  func faults(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
    for key in schema.keys where !Self.known.contains(key) { return ["\(place): this check does not know \(key)"] }
    if let reference = schema["$ref"].string { return faults(value, resolve(reference), at: place) }
    if !schema["anyOf"].isNull {
      let outcomes = schema["anyOf"].array.map { faults(value, $0, at: place) }
      return outcomes.contains { $0.isEmpty } ? [] : outcomes.min { $0.count < $1.count } ?? ["\(place): nothing is allowed"]
    }
    if !schema["const"].isNull, !same(schema["const"], value) { return ["\(place): not \(schema["const"].raw)"] }
    if !schema["enum"].isNull, !schema["enum"].array.contains(where: { same($0, value) }) {
      return ["\(place): \(value.raw) is not in the list"]
    }
    let types = schema["type"].string.map { [$0] } ?? schema["type"].array.compactMap(\.string)
    guard types.isEmpty || types.contains(where: { isOf($0, value) }) else {
      return ["\(place): \(value.raw) is not of type \(types)"]
    }
    if let number = value.double, value.raw is NSNumber {
      if let low = schema["minimum"].double, number < low { return ["\(place): \(number) is below \(low)"] }
      if let high = schema["maximum"].double, number > high { return ["\(place): \(number) is above \(high)"] }
    }
    return members(value, schema, place) + items(value, schema, place)
  }

  func resolve(_ reference: String) -> JSONValue {
    reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
  }

  private func members(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    guard value.raw is [String: Any], !schema["properties"].isNull || !schema["additionalProperties"].isNull else { return [] }
    var faults = schema["required"].array.compactMap(\.string).filter { !value.keys.contains($0) }.map {
      "\(place).\($0): missing"
    }
    for key in value.keys {
      let member = schema["properties"].keys.contains(key) ? schema["properties"][key] : schema["additionalProperties"]
      faults += member.isNull ? ["\(place).\(key): not described"] : self.faults(value[key], member, at: "\(place).\(key)")
    }
    return faults
  }

  private func items(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
    guard value.raw is [Any], !schema["items"].isNull else { return [] }
    if let low = schema["minItems"].int, value.array.count < low { return ["\(place): fewer than \(low)"] }
    if let high = schema["maxItems"].int, value.array.count > high { return ["\(place): more than \(high)"] }
    return value.array.enumerated().flatMap { faults($0.element, schema["items"], at: "\(place)[\($0.offset)]") }
  }

  private func same(_ one: JSONValue, _ other: JSONValue) -> Bool {
    if let text = one.string { return text == other.string }
    return other.raw is NSNumber && one.double == other.double
  }

  private func isOf(_ type: String, _ value: JSONValue) -> Bool {
    let isBoolean = (value.raw as? NSNumber).map { isFlag($0) } ?? false
    switch type {
    case "null": return value.isNull
    case "string": return value.raw is String
    case "boolean": return isBoolean
    case "number": return value.raw is NSNumber && !isBoolean
    case "integer": return !isBoolean && value.double.map { $0 == $0.rounded() } ?? false
    case "array": return value.raw is [Any]
    case "object": return value.raw is [String: Any]
    default: return false
    }
  }

  private func isFlag(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
