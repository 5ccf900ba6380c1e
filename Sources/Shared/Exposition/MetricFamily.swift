/// A metric family: one name, one type, one help text, any number of samples.
package struct MetricFamily: Sendable, Equatable {
  /// The type on the TYPE line of the text format.
  package enum Kind: String, Sendable { case gauge, counter, histogram, summary, untyped }

  /// A value: whole numbers stay exact beyond 2^53, as byte counters need.
  package enum Value: Sendable, Equatable {
    case unsigned(UInt64)
    case double(Double)
  }

  /// What stands behind the family's name in a sample's: histograms and summaries have samples of several kinds.
  package enum Suffix: String, Sendable {
    case none = ""
    case bucket = "_bucket"
    case sum = "_sum"
    case count = "_count"
  }

  /// One sample.
  package struct Sample: Sendable, Equatable {
    package var suffix: Suffix
    package var labels: Labels
    package var value: Value

    package init(_ value: Value, labels: Labels = [:], suffix: Suffix = .none) {
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
