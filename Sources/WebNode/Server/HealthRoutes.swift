import Hummingbird
import Shared

/// `/healthz`: the process answers. `/readyz`: it has something to show.
struct HealthRoutes {
  let services: WebServices

  func add(to group: RouterGroup<WebContext>) {
    group.get("healthz") { _, _ in text(.ok, "ok\n") }
    group.get("readyz") { _, _ in ready() }
  }

  /// All roots can be read and a heartbeat is fresh (younger than `stale_after`).
  private func ready() -> Response {
    let snapshot = services.fleet.snapshot()
    var reasons = snapshot.roots.filter { !$0.isReadable }.map { root in
      "root \(root.path): " + (root.problem ?? (root.isHung ? "does not answer" : "not looked through yet"))
    }
    if !snapshot.collectors.contains(where: \.isFresh) { reasons.append("no collector has a fresh heartbeat") }
    return reasons.isEmpty ? text(.ok, "ready\n") : text(.serviceUnavailable, reasons.joined(separator: "\n") + "\n")
  }

  private func text(_ status: HTTPResponse.Status, _ body: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: .init(string: body)))
  }
}
