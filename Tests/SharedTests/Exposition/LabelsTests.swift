import Shared
import TestSupport
import Testing

@Suite struct LabelsTests {
  @Test func readBackAsTheyWereGiven() {
    var random = SeededGenerator(seed: 7)
    let pieces = ["", "a", "\"", "\\", "\n", "n", "é", "日本", ",", "=", "{}", "=\"", "\",b=\""]
    for _ in 0..<2_000 {
      let given = (0..<Int.random(in: 0...12, using: &random)).map { place in
        let text = (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
        return Labels.Label(name: "label_\(place)", value: text)
      }
      let labels = Labels(given.map { ($0.name, $0.value) })
      #expect(labels.all == given)
      for label in given { #expect(labels[label.name] == label.value) }
      #expect(labels["label"] == nil)
    }
  }

  @Test func theFirstOfANameWins() {
    // More than there are marks, so that some are shared.
    var labels = Labels()
    let added = (0..<200).map { labels.append("n\($0)", "v\\\"\($0)") }
    #expect(added.allSatisfy { $0 })
    let before = labels
    let again = (0..<200).map { labels.append("n\($0)", "other") }
    #expect(!again.contains(true))
    #expect(labels == before)
    #expect(labels.all.map(\.name) == (0..<200).map { "n\($0)" })
    // Neither a part of a name nor one that stands in a value is that name.
    var odd: Labels = ["name": "x=\"1\",le=\"2", "route": "a"]
    let outcomes = ["le", "rout", "e", "le"].map { odd.append($0, "3") }
    #expect(outcomes == [true, true, true, false])
    #expect(odd.all.map(\.name) == ["name", "route", "le", "rout", "e"])
  }

  @Test func othersAreAddedUnlessTheirNameIsThere() {
    let common: Labels = ["routerboard_name": "r", "site": "s"]
    var labels: Labels = ["site": "own"]
    labels.append(common)
    #expect(labels.all.map { "\($0.name)=\($0.value)" } == ["site=own", "routerboard_name=r"])
    var none = Labels()
    none.append(common)
    #expect(none == common)
    none.append(Labels())
    #expect(none == common)
  }

  @Test(arguments: [["1a": ""], ["": ""], ["a-b": ""], ["__a": ""], ["é": ""], ["a": "1", "b": "2", "a": "3"]] as [Labels])
  func samplesWithNamesThatPrometheusRefusesAreDropped(labels: Labels) {
    let family = MetricFamily(
      "m", .gauge, help: "M", samples: [.init(.unsigned(1), labels: labels), .init(.unsigned(2), labels: ["a": "1"])])
    let (text, dropped) = PrometheusText.render([family])
    #expect(String(decoding: text, as: UTF8.self) == "# HELP m M\n# TYPE m gauge\nm{a=\"1\"} 2\n")
    #expect(dropped.invalid == 1)
  }

  @Test(arguments: [["_": ""], ["_a": ""], ["A1_": ""], [:]] as [Labels]) func otherNamesAreTaken(labels: Labels) {
    let (text, dropped) = PrometheusText.render([
      MetricFamily("m", .gauge, help: "M", samples: [.init(.unsigned(1), labels: labels)])
    ])
    #expect(dropped.invalid == 0)
    #expect(String(decoding: text, as: UTF8.self).hasSuffix(" 1\n"))
  }
}
