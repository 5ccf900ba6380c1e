/// One interface as pages show it.
struct InterfaceFields {
  let device: DeviceView
  let interface: InterfaceView

  /// The fields of a row of the device's table.
  var fields: Fields {
    let link = state
    return [
      "key": interface.key, "name": interface.name, "href": PageURL.graph(device.name, interface.name), "kind": link.kind + "c",
      "icon": link.icon.map(Icon.fields) ?? false, "words": interface.running == true ? "Link up" : link.words,
      "in": Format.rate(interface.rxRate),
      "out": Format.rate(interface.txRate), "type": kind, "speed": Format.speed(interface.speed),
      "mac": interface.mac ?? Format.unknown,
      "comment": interface.comment.map { $0.isEmpty ? false : $0 as Any } ?? false,
    ]
  }

  func boot(spark: Spark, isPart: Bool) -> PageJSON {
    .object([
      ("key", .text(interface.key)), ("name", .text(interface.name)), ("total", .bool(isPart)), ("spark", .spark(spark)),
    ])
  }

  /// Whether the link is up.
  var state: StatePhrases {
    switch interface.running {
    case true?:
      StatePhrases(kind: "ok", icon: "ok", words: interface.speed.map { "Link up, " + Format.speed($0) } ?? "Link up")
    case false?: StatePhrases(kind: "idle", icon: "bad", words: "Link down")
    case nil: StatePhrases(kind: "idle", icon: nil, words: "Link unknown")
    }
  }

  /// Type and role: `ether, WAN`.
  var kind: String {
    let role = interface.role.map { $0 == "wan" ? "WAN" : $0 == "lan" ? "LAN" : $0 }
    return [interface.type, role].compactMap { $0 }.joined(separator: ", ")
  }
}
