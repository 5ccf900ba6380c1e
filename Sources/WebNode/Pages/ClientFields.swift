import Foundation
import Shared

/// One client as the page shows it.
struct ClientFields {
  let client: Client
  let now: Double
  let time: PageTime
  /// Who made its network card; `nil`: the host has no register of them.
  let vendor: String?

  /// The fields of a row of `clients-table`.
  func fields(hasVendors: Bool) -> Fields {
    let isOld = client.seen.map { now - $0 > DeviceTables.staleAfter } ?? true
    var fields: Fields = [
      "id": client.id, "name": client.name ?? client.mac ?? client.address ?? Format.unknown, "isNamed": client.name != nil,
      "address": client.address ?? Format.unknown,
      "more": client.otherAddresses.isEmpty ? false : "+ \(client.otherAddresses.count)" as Any,
      "mac": client.mac ?? Format.unknown, "device": client.device, "deviceHref": "devices/" + FolderName.escape(client.device),
      "interface": client.interface ?? "", "old": isOld, "kinds": kinds, "sightings": client.sightings.map(sighting),
      "lease": lease, "rate": rates, "signal": false,
      "noSignal": client.signal == nil, "noLease": client.lease == nil,
      "noRate": client.txRate == nil && client.rxRate == nil, "seen": seen,
    ]
    if hasVendors { fields["vendor"] = vendor ?? Format.unknown }
    if let signal = client.signal { fields["signal"] = Self.signal(signal) }
    return fields
  }

  /// A strength in dBm, with how good that is.
  static func signal(_ value: Double) -> Fields {
    // From the noise of a usual room to the best that a radio hears beside it.
    let share = min(1, max(0.04, (value + 95) / 60))
    let (kind, word) = value >= -67 ? ("ok", "good") : value >= -75 ? ("warn", "fair") : ("bad", "weak")
    return [
      "text": Format.fact(value, "dBm").replacing("-", with: "−"), "kind": kind, "word": word,
      "width": Format.fixed(share * 100, 0),
    ]
  }

  private var kinds: [Fields] {
    Client.Kind.allCases.filter(client.has).map { ["text": $0.title] }
  }

  private var rates: String {
    guard client.txRate != nil || client.rxRate != nil else { return Format.unknown }
    return Format.rate(client.txRate) + " / " + Format.rate(client.rxRate)
  }

  private var lease: String { Self.lease(client.lease, expires: client.expires, now: now) }

  static func lease(_ lease: Client.Lease?, expires: Double?, now: Double) -> String {
    switch lease {
    case nil: Format.unknown
    case .reserved?: "Reserved"
    case .bound?:
      if let expires {
        expires > now ? "Bound, \(Format.duration(expires - now)) left" : "Bound, renewal is due"
      } else {
        "Bound, no end"
      }
    }
  }

  private var seen: Fields {
    guard let seen = client.seen else { return ["text": Format.unknown] }
    return time(of: seen)
  }

  /// `now`, or how long ago, with the time itself for machines.
  private func time(of epoch: Double) -> Fields {
    let age = now - epoch
    return [
      "iso": Date(timeIntervalSince1970: epoch).formatted(.iso8601),
      "text": age <= DeviceTables.staleAfter ? "now" : Format.age(age) + " ago",
    ]
  }

  /// One table's word on the client, in words.
  private func sighting(_ sighting: Client.Sighting) -> Fields {
    var parts: [String] = []
    func add(_ label: String, _ value: String?) { if let value, !value.isEmpty { parts.append(label + value) } }
    add("", sighting.name)
    add("", sighting.address)
    add("on ", sighting.kind == .lease ? nil : sighting.interface)
    add("server ", sighting.server)
    add("SSID ", sighting.ssid)
    add("user ", sighting.user)
    add("", sighting.about)
    if sighting.lease != nil { add("", Self.lease(sighting.lease, expires: sighting.expires, now: now).lowercased()) }
    add("", sighting.signal.map { Self.signal($0)["text"] as? String ?? "" })
    if sighting.txRate != nil || sighting.rxRate != nil {
      add("", "\(Format.rate(sighting.txRate)) to it, \(Format.rate(sighting.rxRate)) from it")
    }
    add("connected for ", sighting.uptime.map { Format.duration($0 + max(0, now - sighting.t)) })
    let age = now - sighting.t
    add("as of ", age > DeviceTables.staleAfter ? Format.age(age) + " ago" : nil)
    return [
      "title": sighting.kind.title, "device": sighting.device, "href": "devices/" + FolderName.escape(sighting.device),
      "text": parts.joined(separator: " · "),
    ]
  }
}
