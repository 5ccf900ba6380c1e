/// What was made of files, within a number of bytes: what was used least lately goes first. The owner locks it.
struct KeptFiles<Content: Sendable>: Sendable {
  private struct Entry: Sendable {
    var content: Content
    var cost: Int
    var used: UInt64
  }

  private let byteLimit: Int
  private var entries: [String: Entry] = [:]
  private var clock: UInt64 = 0
  /// Bytes that are kept.
  private(set) var bytes = 0

  init(byteLimit: Int) { self.byteLimit = byteLimit }

  /// What was made of the file at `path`, of whichever version of it.
  mutating func use(_ path: String) -> Content? {
    clock += 1
    entries[path]?.used = clock
    return entries[path]?.content
  }

  /// Keeps it in place of what there was; nothing that would take more than a quarter of all.
  mutating func keep(_ content: Content, cost: Int, _ path: String) {
    forget(path)
    guard cost <= byteLimit / 4 else { return }
    while bytes + cost > byteLimit, let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key { forget(oldest) }
    clock += 1
    entries[path] = Entry(content: content, cost: cost, used: clock)
    bytes += cost
  }

  mutating func forget(_ path: String) {
    if let old = entries.removeValue(forKey: path) { bytes -= old.cost }
  }
}
