import Shared

/// For filters that are named without a value: what `[DIAG]` of `_mktxp.conf` says, else MKTXP's own defaults.
///
/// | key | filter | default |
/// |---|---|---|
/// | low_signal_threshold | `--low-signal` | -75 dBm |
/// | min_signal_threshold | `--min-signal` | -60 dBm |
/// | low_rate_threshold | `--low-rate` | 18M |
/// | recent_duration | `--recent` | 15m |
/// | top_connections_count | `--top` | 10 |
/// | rate_above_threshold | `--rate-above` | 1M |
/// | degraded_threshold | `--degraded` | 100M |
struct FilterDefaults: Sendable, Equatable {
  /// dBm.
  var lowSignal = -75.0
  var minSignal = -60.0
  /// bit/s.
  var lowRate = 18e6
  /// Seconds.
  var recent = 900.0
  var top = 10
  /// bit/s.
  var rateAbove = 1e6
  var degraded = 100e6
}

extension FilterDefaults {
  /// - Parameter document: `_mktxp.conf`, if there is one.
  /// - Throws: all values that are none of their key.
  static func read(_ document: INIDocument?, file: String) throws(ConfigErrors) -> FilterDefaults {
    var defaults = FilterDefaults()
    guard let section = document?.section("DIAG") else { return defaults }
    var reader = SectionReader(section)
    func take<Value>(
      _ key: String, _ place: WritableKeyPath<FilterDefaults, Value>, _ parse: @escaping (String) -> Value?, _ allowed: String
    ) {
      let value = reader.parsed(key) { value throws(ConfigProblem) -> Value? in
        if value.isNone { return nil }
        guard let parsed = parse(value.text) else { throw ConfigProblem("no value of this key", allowed: allowed) }
        return parsed
      }
      if case .some(.some(let value)) = value { defaults[keyPath: place] = value }
    }
    take("low_signal_threshold", \.lowSignal, FilterValue.signal, "dBm, such as -75")
    take("min_signal_threshold", \.minSignal, FilterValue.signal, "dBm, such as -60")
    take("low_rate_threshold", \.lowRate, FilterValue.rate, "a rate, such as 18M")
    take("recent_duration", \.recent, FilterValue.duration, "a time, such as 15m")
    take("top_connections_count", \.top, FilterValue.count, "a number from 1 on")
    take("rate_above_threshold", \.rateAbove, FilterValue.rate, "a rate, such as 1M")
    take("degraded_threshold", \.degraded, FilterValue.rate, "a rate, such as 100M")
    // MKTXP completes the section with keys of later releases: unknown ones are its own business.
    try reader.finish(strict: false).throwIfErrors()
    return defaults
  }
}

extension ConfigSource {
  /// Blocking: a small file.
  func filterDefaults() throws(ConfigErrors) -> FilterDefaults {
    guard case .directory(let path) = place else { return FilterDefaults() }
    let file = path + "/_mktxp.conf"
    guard FileStamp(path: file) != nil else { return FilterDefaults() }
    return try FilterDefaults.read(try ConfigFile.load(file).document, file: file)
  }
}
