import Shared
import Testing

struct ConfigSyntaxTests {
  static let durations: [(text: String, milliseconds: Int?)] = [
    ("0", 0), ("1", 1_000), ("1.5", 1_500), ("300", 300_000), ("500ms", 500), ("2s", 2_000), ("15m", 900_000), ("1h", 3_600_000),
    ("1d", 86_400_000), ("1w", 604_800_000), ("1y", 31_536_000_000), ("1h30m", 5_400_000), ("1h 30m", 5_400_000),
    ("10 s", 10_000),
    ("1.5S", 1_500), ("0.1", 100), ("", nil), ("s", nil), ("-1", nil), ("+1", nil), ("1e3", nil), ("inf", nil), ("nan", nil),
    ("1h30", nil),
    ("1x", nil), ("1..5", nil), (".", nil), ("1 2", nil), ("99999999999999999999y", nil), ("999y999y", nil), ("٣", nil),
    ("1m s", nil),
  ]

  @Test(arguments: durations) func readsDurations(_ row: (text: String, milliseconds: Int?)) {
    #expect(ConfigSyntax.duration(row.text) == row.milliseconds.map { .milliseconds($0) })
  }

  static let sizes: [(text: String, bytes: Int?)] = [
    ("0", 0), ("1234", 1234), ("1B", 1), ("1kB", 1_000), ("500MB", 500_000_000), ("2TB", 2_000_000_000_000),
    ("1GiB", 1_073_741_824),
    ("1 GiB", 1_073_741_824), ("1gib", 1_073_741_824), ("1.5TB", 1_500_000_000_000), ("0.5KiB", 512),
    ("8PiB", 9_007_199_254_740_992),
    ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("8192PiB", nil), ("99999.5PiB", nil), ("", nil), ("GB", nil),
    ("-1", nil), ("1G", nil), ("1.5", nil), ("1 2", nil), ("1GBs", nil), ("1e9", nil), ("٣kB", nil),
  ]

  @Test(arguments: sizes) func readsSizes(_ row: (text: String, bytes: Int?)) {
    #expect(ConfigSyntax.byteSize(row.text) == row.bytes)
  }

  static let typos: [(typed: String, nearest: String?)] = [
    ("hostnme", "hostname"), ("hsotname", "hostname"), ("HOSTNAME", "hostname"), ("user_name", "username"), ("prot", "port"),
    ("x", nil), ("banana", nil), ("", nil), ("sample_intervall", "sample_interval"), ("por", "port"),
  ]

  @Test(arguments: typos) func findsNearestKey(_ row: (typed: String, nearest: String?)) {
    let keys = ["hostname", "username", "port", "sample_interval", "push_token"]
    #expect(nearestKey(to: row.typed, in: keys) == row.nearest)
  }

  @Test func nearestKeyIsStableAmongEquals() {
    #expect(nearestKey(to: "abcx", in: ["abcz", "abcy"]) == "abcy")
    #expect(nearestKey(to: "abcx", in: []) == nil)
    #expect(nearestKey(to: String(repeating: "x", count: 5_000), in: ["x"]) == nil)
  }
}
