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

  static func of(_ theme: GraphRequest.Theme) -> GraphPalette {
    switch theme {
    case .dark:
      GraphPalette(
        card: "131c27", canvas: "131c27", text: "eaf0f7", muted: "a3b3c4", grid: "a3b3c426", axis: "5d7085", rx: "35c4f0",
        tx: "ffb454", gap: "4a5a6c40")
    case .light:
      GraphPalette(
        card: "ffffff", canvas: "ffffff", text: "13202e", muted: "4f6173", grid: "4f617326", axis: "7b8b9c", rx: "0a69b8",
        tx: "b4490f", gap: "7b8b9c33")
    }
  }
}
