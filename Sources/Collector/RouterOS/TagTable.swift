/// What belongs to the commands under way, by their tags. Their number is small and bounded (``ProtocolLimits/commandsInFlight``): to look
/// through them takes less than to hash a tag, and what is found is changed where it lies.
struct TagTable<Value> {
  private(set) var tags: [UInt64] = []
  /// In the order of ``tags``.
  private(set) var values: [Value] = []

  var isEmpty: Bool { tags.isEmpty }
  var count: Int { tags.count }
  var indices: Range<Int> { tags.indices }

  /// The place of what belongs to `tag`; good until something is removed.
  func place(_ tag: UInt64) -> Int? {
    for place in tags.indices where tags[place] == tag { return place }
    return nil
  }

  subscript(place place: Int) -> Value {
    _read { yield values[place] }
    _modify { yield &values[place] }
  }

  /// - Parameter tag: one that is not there.
  mutating func add(_ value: Value, _ tag: UInt64) {
    tags.append(tag)
    values.append(value)
  }

  @discardableResult
  mutating func remove(place: Int) -> Value {
    tags.remove(at: place)
    return values.remove(at: place)
  }

  @discardableResult
  mutating func remove(_ tag: UInt64) -> Value? { place(tag).map { remove(place: $0) } }

  mutating func removeAll() {
    tags = []
    values = []
  }
}

extension TagTable: Sendable where Value: Sendable {}
