/// Readers of what clients and proxies send.
extension FuzzReader {
  func readProxyHeader(_ bytes: UnsafeRawBufferPointer) {
    var header = ProxyHeader()
    for (index, byte) in bytes.enumerated() {
      switch header.take(byte) {
      case .needsMore: precondition(index < 16 + 65_535, "a header has an end")
      case .absent:
        precondition(header.taken.elementsEqual(bytes.prefix(index + 1)), "nothing of a request is lost")
        return
      case .found, .malformed: return
      }
    }
  }

  /// The first line is the other end of the connection; then a line for each field, those with `=` of the standard.
  func readForwarded(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let peer = lines.first else { return }
    let fields = (list: lines.dropFirst().filter { !$0.contains("=") }, standard: lines.dropFirst().filter { $0.contains("=") })
    let address = IPAddress(peer)
    guard
      let found = try? ClientAddress.resolve(
        peer: address, forwardedFor: fields.list, forwarded: fields.standard, isTrusted: { $0.map { $0 == address } ?? true })
    else { return }
    precondition(IPAddress(found.description) == found, "an address reads its own description")
    let named = (fields.list + fields.standard).joined(separator: " ")
    precondition(found == address || !named.isEmpty, "an address comes from the peer or from a header")
  }

  /// A selector, and below it a value that its matchers look at.
  func readSelector(_ text: String) {
    let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let selector = try? SelectorParser.parse(parts[0]) else { return }
    precondition(!selector.takesNothing, "a selector of everything is refused")
    let value = Array((parts.count > 1 ? parts[1] : "").utf8)
    _ = selector.accepts(name: value)
    _ = selector.accepts(labels: { _ in value })
  }
}
