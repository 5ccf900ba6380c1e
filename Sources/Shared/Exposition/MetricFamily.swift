/// A metric family: one name, one type, one help text, any number of samples.
package struct MetricFamily: Sendable, Equatable {
  /// The type on the TYPE line of the text format.
  package enum Kind: String, Sendable { case gauge, counter, histogram, summary, untyped }

  /// A value: whole numbers stay exact beyond 2^53, as byte counters need.
  package enum Value: Sendable, Equatable {
    case unsigned(UInt64)
    case double(Double)
  }

  /// One sample. `suffix` is `_bucket`, `_sum` or `_count` for histograms, else empty.
  package struct Sample: Sendable, Equatable {
    package var suffix: String
    package var labels: Labels
    package var value: Value

    package init(_ value: Value, labels: Labels = [:], suffix: String = "") {
      self.suffix = suffix
      self.labels = labels
      self.value = value
    }
  }

  package var name: String
  package var kind: Kind
  package var help: String
  package var samples: [Sample]

  package init(_ name: String, _ kind: Kind, help: String, samples: [Sample] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }
}

/// Label names with their values, in the order given.
package struct Labels: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// One label.
  package struct Label: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package private(set) var all: [Label]

  package init(_ pairs: [(String, String)] = []) { all = pairs.map { Label(name: $0.0, value: $0.1) } }
  /// Without a label yet, with room for so many.
  package init(capacity: Int) {
    all = []
    all.reserveCapacity(capacity)
  }

  package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

  /// Adds a label unless one of that name is there; the first one wins.
  package mutating func append(_ name: String, _ value: String) {
    if !all.contains(where: { $0.name == name }) { all.append(Label(name: name, value: value)) }
  }

  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }
}
