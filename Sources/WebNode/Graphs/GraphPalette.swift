/// The colours of a theme, as the style sheet has them.
struct GraphPalette: Sendable {
  var card: String
  var canvas: String
  var text: String
  var muted: String
  var grid: String
  var axis: String
  var rx: String
  var tx: String
  var gap: String
  /// Lines of several interfaces, as many as there may be.
  var lanes: [String]

  static func of(_ theme: GraphRequest.Theme) -> GraphPalette {
    switch theme {
    case .dark:
      GraphPalette(
        card: "131c27", canvas: "131c27", text: "eaf0f7", muted: "a3b3c4", grid: "a3b3c426", axis: "5d7085", rx: "35c4f0",
        tx: "ffb454", gap: "4a5a6c40",
        lanes: [
          "35c4f0", "ffb454", "4cd790", "c792ea", "f7d154", "ff7f86", "7d9bff", "2dd4bf", "f78fd0", "b8d15a", "a3b3c4", "d29a6a",
        ])
    case .light:
      GraphPalette(
        card: "ffffff", canvas: "ffffff", text: "13202e", muted: "4f6173", grid: "4f617326", axis: "7b8b9c", rx: "0a69b8",
        tx: "b4490f", gap: "7b8b9c33",
        lanes: [
          "0a69b8", "b4490f", "10713f", "7b3fb5", "8a6d00", "bd1733", "2743c4", "0b7f78", "b0337f", "5b7a10", "4f6173", "7a4a21",
        ])
    }
  }
}
