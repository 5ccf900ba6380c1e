/// One row of a menu as the data file has it: fields in the order in which the device sends them.
///
/// In JSON a row is an object whose values are texts, numbers or booleans. JSON objects have no order, so `.id` and `name` come
/// first and the rest follows by name. Where the order matters, or a field comes twice, it is an array of pairs of texts.
struct RowData: Codable, Sendable, Equatable, ExpressibleByDictionaryLiteral {
  var fields: [(name: String, value: String)]

  init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }

  init(fields: [(name: String, value: String)]) { self.fields = fields }

  /// The value of a field; setting an absent one adds it at the end.
  subscript(name: String) -> String? {
    get { fields.first { $0.name == name }?.value }
    set {
      let index = fields.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): fields[index].value = value
      case (let index?, nil): fields.remove(at: index)
      case (nil, let value?): fields.append((name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  static func == (left: RowData, right: RowData) -> Bool {
    left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let pairs = try? container.decode([[String]].self) {
      fields = try pairs.map { pair in
        guard pair.count == 2 else {
          throw DecodingError.dataCorruptedError(in: container, debugDescription: "a field of a row is a pair of texts")
        }
        return (name: pair[0], value: pair[1])
      }
      return
    }
    let values = try container.decode([String: Scalar].self)
    fields = values.map { (name: $0.key, value: $0.value.text) }
    fields.sort { (Self.rank($0.name), $0.name) < (Self.rank($1.name), $1.name) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let names = Set(fields.map(\.name))
    guard names.count == fields.count else { return try container.encode(fields.map { [$0.name, $0.value] }) }
    try container.encode(Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
  }

  private static func rank(_ name: String) -> Int {
    switch name {
    case ".id": 0
    case "name": 1
    default: 2
    }
  }

  /// A text, number or boolean, in the words of RouterOS.
  private struct Scalar: Decodable {
    let text: String
    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let flag = try? value.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let number = try? value.decode(Int.self) {
        text = String(number)
      } else if let number = try? value.decode(Double.self) {
        text = String(number)
      } else {
        text = try value.decode(String.self)
      }
    }
  }
}
