/// Traffic that is known exactly: the rates of the second that ends at a given epoch, different for each interface.
struct Truth: Sendable {
  let seed: Int

  func rx(_ second: Int) -> Double { Double(1_000_000 + (second &* 7919 &+ seed &* 104_729) % 50_000 * 8) }
  func tx(_ second: Int) -> Double { Double(200_000 + (second &* 6101 &+ seed &* 1299_709) % 20_000 * 8) }
}
