import Shared

/// What becomes of the keys of `_mktxp.conf`: they are about MKTXP's own server and threads (``MKTXPSystem``).
enum MKTXPSystemKeys {
  /// The sections that MKTXP reads its settings from, the first first.
  static let settings = ["MKTXP", "new_system_parameters"]
  /// Keys that `[collector]` has under the same name.
  static let kept = [
    "enable_probe", "probe_allowed_targets", "probe_connection_pool", "probe_connection_pool_ttl",
    "probe_connection_pool_max_size", "bandwidth", "bandwidth_test_dns_server", "bandwidth_test_interval", "bandwidth_test_url",
    "bandwidth_test_upload_url",
  ]

  /// Findings for everything in the file.
  static func findings(_ document: INIDocument) -> [ImportFinding] {
    document.sections.flatMap { section in
      section.entries.map { entry in
        let (fate, detail) = fate(of: entry.key, in: section.name)
        return ImportFinding(file: "_mktxp.conf", section: section.name, key: entry.key, fate: fate, detail: detail)
      }
    }
  }

  static func fate(of key: String, in section: String) -> (ImportFinding.Fate, String) {
    switch section {
    case _ where settings.contains(section): return fate(ofSetting: key)
    case "RSC": return (.refused, "working on exports of the device's configuration is not part of this program")
    case "DIAG": return (.differs, "print takes its limits as options; with --cfg-dir it reads this section")
    default: return (.refused, "MKTXP does not know this section either")
    }
  }

  private static func fate(ofSetting key: String) -> (ImportFinding.Fate, String) {
    switch key {
    case "listen": return (.mapped, "[collector] listen")
    case "port": return (.mapped, "[collector] listen, unless the key listen says otherwise")
    case "max_scrape_duration": return (.differs, "a probe may take 30 s; a scrape waits for no device")
    case "bandwidth": return (.mapped, "[collector] bandwidth; it also needs bandwidth_test_url, a server of your choice")
    case _ where kept.contains(key): return (.mapped, "[collector] \(key)")
    default: break
    }
    if let known = MKTXPSystem.mapped.first(where: { $0.key == key }) {
      return (.differs, known.reason)
    }
    let hint = nearestKey(to: key, in: MKTXPSystem.mapped.map(\.key) + MKTXPSystem.honoured)
    return (.refused, "MKTXP does not know this key either" + (hint.map { "; did you mean \"\($0)\"?" } ?? ""))
  }
}
