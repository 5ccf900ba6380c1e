/// Facts about configuration keys as names.
package enum ConfigKey {
  /// Whether the value of `key` must never be printed: `password`, `push_token` and whatever looks like them. Keys that name a file
  /// (`password_file`, `credentials_file`) hold a path, not the secret.
  package static func isSecret(_ key: String) -> Bool {
    let name = key.lowercased()
    if name.hasSuffix("_file") { return false }
    return ["password", "passwd", "passphrase", "token", "secret"].contains { name.contains($0) }
  }
}

/// The key of `keys` that somebody who typed `key` most likely meant, or `nil` when none is near: at most a third of its letters differ
/// (inserted, removed, replaced or swapped with the neighbour). Upper and lower case count as equal; among equals the first by name wins.
package func nearestKey(to key: String, in keys: some Sequence<String>) -> String? {
  let typed = Array(key.lowercased().unicodeScalars)
  guard (1...64).contains(typed.count) else { return nil }
  let limit = max(1, typed.count / 3)
  let near = keys.compactMap { candidate -> (distance: Int, name: String)? in
    let letters = Array(candidate.lowercased().unicodeScalars)
    guard abs(letters.count - typed.count) <= limit else { return nil }
    let distance = editDistance(typed, letters)
    return distance <= limit ? (distance, candidate) : nil
  }
  return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

/// Levenshtein distance in which swapping two neighbours is one step too.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var older: [Int] = []
  var previous = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
      var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        best = min(best, older[column - 1] + 1)
      }
      current.append(best)
    }
    (older, previous) = (previous, current)
  }
  return previous[right.count]
}
