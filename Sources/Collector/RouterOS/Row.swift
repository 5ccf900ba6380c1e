/// One `!re` of a reply: fields in the order in which the device gave them.
///
/// An absent field is `nil`, an empty one is `""`: RouterOS omits what does not apply and sends what is merely empty.
struct Row: Sendable, Equatable {
  struct Field: Sendable, Equatable {
    /// As the device spells it, with its leading dot if there is one: `rx-byte`, `.id`.
    var name: String
    var value: String
  }

  var fields: [Field]

  init(fields: [Field] = []) {
    self.fields = fields
  }

  /// The value of `name`; of the last one, should a device repeat a field.
  subscript(_ name: String) -> String? {
    // By index and length first: this is where most of the reading of rows is done.
    let length = name.utf8.count
    var place = fields.count
    while place > 0 {
      place -= 1
      if fields[place].name.utf8.count == length, fields[place].name == name { return fields[place].value }
    }
    return nil
  }
}

extension Row: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }
}
