import Synchronization

/// Tells when a share has grown by a whole percent, so that progress is shown a hundred times and not a million.
final class ShownPercent: Sendable {
  private let shown = Mutex(-1)

  func next(_ share: Double) -> Int? {
    let percent = Int(min(max(share, 0), 1) * 100)
    return shown.withLock {
      guard percent > $0 else { return nil }
      $0 = percent
      return percent
    }
  }
}
