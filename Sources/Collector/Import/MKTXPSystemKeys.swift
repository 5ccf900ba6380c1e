import Shared

/// What becomes of the keys of `_mktxp.conf`: they are about MKTXP's own server and threads.
enum MKTXPSystemKeys {
  static let sections = ["MKTXP", "new_system_parameters", "RSC", "DIAG"]

  /// By key; those of `listen` and `port` are decided by ``MKTXPImport``.
  static let fates: [String: (fate: ImportFinding.Fate, detail: String)] = [
    "socket_timeout": (.differs, "every step has a deadline of its own: connect, TLS and login 5 s each, a menu 10 s"),
    "initial_delay_on_failure": (.differs, backoff), "max_delay_on_failure": (.differs, backoff),
    "delay_inc_div": (.differs, backoff),
    "bandwidth": (.refused, noBandwidth), "bandwidth_test_dns_server": (.refused, noBandwidth),
    "bandwidth_test_interval": (.refused, noBandwidth),
    "minimal_collect_interval": (.differs, "scrapes are answered from memory; metrics_interval says how often it is renewed"),
    "verbose_mode": (.differs, "run --log-level debug"),
    "fetch_routers_in_parallel": (.differs, parallel), "max_worker_threads": (.differs, parallel),
    "max_scrape_duration": (.differs, parallel), "total_max_scrape_duration": (.differs, parallel),
    "http_server_threads": (.differs, "no thread waits for a client"),
    "persistent_router_connection_pool": (.differs, "a device has one lasting session"),
    "persistent_dhcp_cache": (.differs, "leases are asked for anew every minute"),
    "compact_default_conf_values": (.differs, "no file is ever rewritten"),
    "prometheus_headers_deduplication": (.differs, "each family has its HELP and TYPE once, always"),
    "probe_connection_pool": (.differs, pool), "probe_connection_pool_ttl": (.differs, pool),
    "probe_connection_pool_max_size": (.differs, pool),
    "enable_probe": (.differs, probe), "probe_allowed_targets": (.differs, probe),
  ]

  private static let backoff =
    "a device that is away is tried every second for a minute, then ever less often up to every 30 s; after a refused login "
    + "every 30 s to 5 min"
  private static let parallel = "devices never wait for each other"
  private static let noBandwidth = "a speed test of the collector's own uplink is not part of this program"
  private static let pool = "probes share a session for each target"
  private static let probe = "no configuration of this version; probes are refused unless a module names their targets"

  /// Findings for everything in the file but `listen` and `port`.
  static func findings(_ document: INIDocument) -> [ImportFinding] {
    document.sections.flatMap { section in
      section.entries.map { entry in
        func finding(_ fate: ImportFinding.Fate, _ detail: String) -> ImportFinding {
          ImportFinding(file: "_mktxp.conf", section: section.name, key: entry.key, fate: fate, detail: detail)
        }
        switch section.name {
        case "MKTXP", "new_system_parameters":
          if entry.key == "listen" { return finding(.mapped, "[collector] listen") }
          if entry.key == "port" { return finding(.mapped, "[collector] listen, unless the key listen says otherwise") }
          if let known = fates[entry.key] { return finding(known.fate, known.detail) }
          let hint = nearestKey(to: entry.key, in: Array(fates.keys) + ["listen"]).map { "; did you mean \"\($0)\"?" } ?? ""
          return finding(.refused, "MKTXP does not know this key either\(hint)")
        case "RSC": return finding(.refused, "working on exports of the device's configuration is not part of this program")
        case "DIAG": return finding(.differs, "the tables of this program take their limits as options")
        default: return finding(.refused, "MKTXP does not know this section either")
        }
      }
    }
  }
}
