/// What goes wrong on purpose.
extension Session {
  /// The effects of a fault instead of an answer; `nil` when the command is to be answered.
  func fault(_ command: Command, at time: Double) -> [Effect]? {
    for fault in device.faults(at: time) where fault.command.map({ command.name.hasPrefix($0) }) ?? true {
      switch fault.kind {
      case .hangAfter where answered >= fault.count ?? 0: return []
      case .garbage:
        return [
          .send(
            [0xFF, 0xF9, 0xFE] + Array("HTTP/1.1 400 Bad Request\r\nServer: not an API\r\n\r\n\u{FFFD}\u{FFFD}".utf8) + [
              0xFF, 0xF9, 0xFE,
            ])
        ]
      case .halfSentence:
        var writer = SentenceWriter()
        writer.word("!re")
        writer.attribute("name", "ether1")
        return [.send(writer.bytes + [40] + Array("=comment=this word never".utf8)), .close]
      case .oversizedWord: return [.send([0xF0, 0xFF, 0xFF, 0xFF, 0xFE] + Array("!re".utf8))]
      case .reset: return [.reset]
      case .fatal: return fatal("session terminated by the device")
      case .hangAfter, .refuse, .hangAccept, .hangLogin, .wrongPassword, .slow: continue
      }
    }
    return nil
  }
}
