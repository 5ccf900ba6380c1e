/// One file and what there is to say about it.
struct StorageFinding: Codable, Sendable, Equatable {
  enum Kind: String, Codable, Sendable {
    case archive, ledger, journal, device, events, heartbeat, metrics, tables, lock, folder, leftover, aside, unknown
  }

  enum Status: String, Codable, Sendable {
    case ok
    /// Put aside earlier: nothing reads it, and nobody but a person removes it.
    case aside
    case problem
  }

  struct Problem: Codable, Sendable, Equatable {
    /// What `repair` would do about it.
    enum Remedy: String, Codable, Sendable {
      /// Moved beside: nothing in it can be read.
      case putAside
      /// Written anew with the lines that are sound; the original stays beside.
      case keepSoundLines
      /// Removed: a file of ours that was never finished.
      case remove
    }

    var text: String
    var advice: String
    var remedy: Remedy?

    init(_ text: String, _ advice: String, remedy: Remedy? = nil) {
      self.text = text
      self.advice = advice
      self.remedy = remedy
    }

    static func repairable(_ text: String, _ remedy: Remedy) -> Problem {
      let what =
        switch remedy {
        case .putAside: "puts it aside"
        case .keepSoundLines: "keeps the sound lines and puts the original aside"
        case .remove: "removes it"
        }
      return Problem(text, "stop the collector and run 'storage repair', which \(what)", remedy: remedy)
    }
  }

  /// Below the collector's folder.
  var path: String
  var kind: Kind
  var bytes: Int
  var problems: [Problem] = []

  var status: Status { problems.isEmpty ? (kind == .aside ? .aside : .ok) : .problem }

  private enum CodingKeys: String, CodingKey { case path, kind, bytes, problems, status }

  init(path: String, kind: Kind, bytes: Int, problems: [Problem] = []) {
    self.path = path
    self.kind = kind
    self.bytes = bytes
    self.problems = problems
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    path = try values.decode(String.self, forKey: .path)
    kind = try values.decode(Kind.self, forKey: .kind)
    bytes = try values.decode(Int.self, forKey: .bytes)
    problems = try values.decode([Problem].self, forKey: .problems)
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(path, forKey: .path)
    try values.encode(kind, forKey: .kind)
    try values.encode(bytes, forKey: .bytes)
    try values.encode(problems, forKey: .problems)
    try values.encode(status, forKey: .status)
  }
}
