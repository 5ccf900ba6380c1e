import Foundation
import HTTPService
import Hummingbird
import Shared
import Synchronization
import TestSupport
import Testing

@testable import WebNode

/// `/api/v1/openapi.json` says what there is, and nothing else.
@Suite struct OpenAPITests {
  /// What people look at.
  private static let pages: Set<String> = [
    "/", "/devices/{device}", "/graph", "/reports", "/clients", "/cluster", "/assets/{file}",
  ]

  private static func document(basePath: String = "/") throws -> JSONValue {
    JSONValue(try JSONSerialization.jsonObject(with: Data(OpenAPIRoute.document(basePath: basePath))))
  }

  @Test func everyRouteIsDescribedAndNoOther() async throws {
    let root = try TemporaryDirectory()
    let found = Mutex<[String]>([])
    try await RunningNode.with(
      RunningNode.config(root.path), waitsForRoots: false,
      change: { app in
        let addRoutes = app.pages.addRoutes
        app.pages.addRoutes = { group, services in
          addRoutes(group, services)
          let names = HostNameResolver(lists: [], logger: services.logger)
          let router = WebServer.router(services, names: names, pages: WebPages(addRoutes: addRoutes))
          found.withLock { $0 = router.routes.filter { $0.method == .get }.map { "\($0.path)" } }
        }
      }
    ) { _ in }
    // `{device}` or `:device`: the router takes both.
    let routes = found.withLock { $0 }.map { path in
      "/"
        + path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }.joined(separator: "/")
    }
    let document = try Self.document()
    #expect(Set(routes).subtracting(Self.pages).sorted() == document["paths"].keys)
    #expect(Self.pages.isSubset(of: routes))
  }

  @Test func saysWhereThePathsBegin() throws {
    #expect(try Self.document()["servers"][0]["url"].string == "/")
    let document = try Self.document(basePath: "/net/traf\"fic/")
    #expect(document["servers"][0]["url"].string == "/net/traf\"fic")
    #expect(document["info"]["version"].string == Version.current)
    #expect(document["openapi"].string == "3.1.0")
  }

  @Test func isServedBelowTheBasePath() async throws {
    let root = try TemporaryDirectory()
    var config = RunningNode.config(root.path)
    config.basePath = "/net/traffic/"
    try await RunningNode.with(config, waitsForRoots: false) { node in
      let document = try await node.json("/net/traffic/api/v1/openapi.json")
      #expect(document["servers"][0]["url"].string == "/net/traffic")
      for path in document["paths"].keys where path.hasPrefix("/api/") && path != "/api/v1/stream" {
        let reply = try await node.get("/net/traffic" + path.replacing("{device}", with: "gw1"))
        #expect([200, 400, 404].contains(reply.status), "\(path)")
        #expect(reply.text.first == "{", "\(path)")
      }
      let outside = try await node.get("/api/v1/openapi.json")
      #expect(outside.status == 404)
    }
  }

  @Test func limitsAreThoseOfTheCode() throws {
    let parameters = try Self.document()["components"]["parameters"]
    for (name, range) in [("width", GraphRequest.widths), ("height", GraphRequest.heights), ("points", 1...4000)] {
      #expect(parameters[name]["schema"]["minimum"].int == range.lowerBound)
      #expect(parameters[name]["schema"]["maximum"].int == range.upperBound)
    }
    #expect(SeriesReader.maximumPoints == 4000)
    let schemas = try Self.document()["components"]["schemas"]
    #expect(Set(schemas["EventKind"]["enum"].array.compactMap(\.string)) == Set(EventLine.Kind.allCases.map(\.rawValue)))
    #expect(Set(schemas["DeviceState"]["enum"].array.compactMap(\.string)) == Set(DeviceState.allCases.map(\.rawValue)))
  }

  @Test(
    arguments: [
      ("devices", "/api/v1/devices", ""), ("one device", "/api/v1/devices/{device}", "/api/v1/devices/gw1"),
      ("live", "/api/v1/live", ""), ("series", "/api/v1/series", "?device=gw1&interface=ether1"),
      ("a gap", "/api/v1/series", "?device=gw1&interface=ether1&from=100&to=200"),
      ("two", "/api/v1/series", "?device=gw1&interface=ether1&interface=ether2"), ("all", "/api/v1/series", "?device=all"),
      ("events", "/api/v1/events", "?device=gw1"), ("all events", "/api/v1/events", "?device=all"),
      ("tables", "/api/v1/tables", ""),
      ("tables of one", "/api/v1/tables", "?device=gw1"), ("cluster", "/api/v1/cluster", ""),
      ("usage", "/api/v1/usage", "?device=gw1"), ("hours", "/api/v1/usage", "?device=gw1&interface=ether1&by=hour&range=2h"),
      ("percentile", "/api/v1/percentile", "?device=gw1"), ("data", "/data.json", "?device=gw1&interface=ether1"),
      ("targets", "/sd", ""),
    ])
  func answersAreAsDescribed(name: String, path: String, query: String) async throws {
    let root = try SeriesAPITests.root()
    let check = SchemaCheck(document: try Self.document())
    let schema = check.document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    try #require(!schema.isNull)
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(SeriesAPITests.now) }) { node in
      let answer = try await node.json(query.hasPrefix("/") ? query : path + query)
      #expect(check.faults(answer, schema) == [], "\(name)")
    }
  }

  @Test func aWrongAnswerWouldBeFound() throws {
    let check = SchemaCheck(document: try Self.document())
    let schema = check.resolve("#/components/schemas/Live")
    for (text, fault) in [
      (#"{"t":1,"devices":{}}"#, nil), (#"{"t":1}"#, "$.devices: missing"),
      (#"{"t":1,"devices":{},"x":1}"#, "$.x: not described"),
      (#"{"t":"1","devices":{}}"#, "$.t: 1 is not of type [\"number\"]"), (#"{"t":-1,"devices":{}}"#, "$.t: -1.0 is below 0.0"),
    ] {
      let value = JSONValue(try JSONSerialization.jsonObject(with: Data(text.utf8)))
      #expect(check.faults(value, schema) == [fault].compactMap { $0 })
    }
  }

  @Test func problemsAreAsDescribed() async throws {
    let root = try SeriesAPITests.root()
    let check = SchemaCheck(document: try Self.document())
    try await RunningNode.with(RunningNode.config(root.path), now: { Double(SeriesAPITests.now) }) { node in
      for (method, target, status) in [
        ("GET", "/api/v1/series?device=gw1&interface=ether1&points=0", 400), ("GET", "/api/v1/devices/nobody", 404),
        ("GET", "/api/v1/nothing", 404), ("GET", "/api", 404), ("GET", "/api/", 404), ("GET", "/api/v2/devices", 404),
        ("POST", "/api/v1/devices", 405), ("DELETE", "/api/nothing", 405),
      ] {
        let reply = try await node.get(target, method: method)
        #expect(reply.status == status, "\(target)")
        #expect(reply["content-type"] == "application/problem+json", "\(target)")
        #expect((reply["allow"] == "GET, HEAD") == (status == 405))
        let value = JSONValue(try JSONSerialization.jsonObject(with: Data(reply.body)))
        #expect(check.faults(value, check.resolve("#/components/schemas/Problem")) == [])
        #expect(value["status"].int == status)
      }
      for target in ["/nothing", "/apis", "/graph.png", "/federate"] {
        let reply = try await node.get(target)
        #expect(reply.status >= 400)
        #expect(reply["content-type"]?.hasPrefix("text/html") == true, "\(target)")
      }
    }
  }
}
