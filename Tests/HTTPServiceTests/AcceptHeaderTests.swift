import HTTPService
import HTTPTypes
import Shared
import Testing

@Suite struct AcceptHeaderTests {
  @Test(arguments: [
    ("application/openmetrics-text; version=1.0.0", ExpositionFormat.openMetrics),
    // Prometheus 2.42.
    (
      "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      .openMetrics
    ), ("APPLICATION/OPENMETRICS-TEXT ; Version=\"1.0.0\"", .openMetrics), ("application/openmetrics-text; version=0.0.1", .text),
    ("application/openmetrics-text", .text), ("application/openmetrics-text; version=1.0.0; q=0", .text),
    ("application/openmetrics-text; version=1.0.0; q=0.2, text/plain; q=0.9", .text),
    ("application/openmetrics-text; version=1.0.0; q=many", .text), ("*/*", .text), ("text/html, */*;q=0.8", .text), ("", .text),
    (";;,,=", .text),
  ])
  func formatIsNegotiated(accept: String, format: ExpositionFormat) {
    #expect(AcceptHeader.format([.accept: accept]) == format)
  }

  @Test func withoutAcceptItIsText() { #expect(AcceptHeader.format([:]) == .text) }

  @Test(arguments: [
    ("gzip", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("*", true), ("gzip;q=0", false), ("*, gzip;q=0", false),
    ("identity", false), ("", false), ("br;q=1.0", false), ("GZIP", true), ("x-gzip", true), ("gzip;q=2", false),
  ])
  func gzipOnlyWhereItIsTaken(accept: String, isTaken: Bool) {
    #expect(AcceptHeader.takesGzip([.acceptEncoding: accept]) == isTaken)
  }
}
