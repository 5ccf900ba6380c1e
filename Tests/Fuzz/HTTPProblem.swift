/// Stands for the web node's own type, whose module needs a web framework: enough for the readers that .ci/fuzz takes from there.
package struct HTTPProblem: Error {
  package enum Status: Sendable { case forbidden }

  package init(status: Status, detail: String) {}
}
