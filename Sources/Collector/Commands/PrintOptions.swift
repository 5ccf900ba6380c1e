import ArgumentParser

/// Which table is printed: ours and MKTXP's spellings.
struct PrintSubjectOptions: ParsableArguments {
  @Flag(name: [.customLong("wifi-clients"), .customLong("wc", withSingleDash: true)], help: "Clients of the device's radios.")
  var wifi = false

  @Flag(
    name: [.customLong("capsman-clients"), .customLong("cc", withSingleDash: true)],
    help: "Clients that a CAPsMAN knows.")
  var capsman = false

  @Flag(
    name: [.customLong("dhcp"), .customLong("dhcp-clients"), .customLong("dc", withSingleDash: true)], help: "DHCP leases.")
  var dhcp = false

  @Flag(
    name: [.customLong("connections"), .customLong("conn-stats"), .customLong("cn", withSingleDash: true)],
    help: "Open connections by source.")
  var connections = false

  @Flag(name: [.customLong("kid-control"), .customLong("kc", withSingleDash: true)], help: "Devices that Kid Control knows.")
  var kidControl = false

  @Option(
    name: [.customLong("address-lists"), .customLong("al", withSingleDash: true)],
    help: ArgumentHelp("Entries of these firewall address lists, between commas.", valueName: "lists"))
  var addressLists: String?

  @Flag(name: [.customLong("netwatch"), .customLong("nw", withSingleDash: true)], help: "What the device watches.")
  var netwatch = false

  @Flag(help: "Devices that announce themselves.")
  var neighbors = false

  @Flag(
    name: [.customLong("interfaces"), .customLong("interface-monitor"), .customLong("im", withSingleDash: true)],
    help: "Ethernet ports and their links.")
  var interfaces = false

  @Flag(help: "SFP ports, their modules and what these measure.")
  var sfp = false

  func subject(_ filters: PrintFilterOptions) throws -> PrintSubject {
    var chosen: [PrintSubject] = []
    if wifi { chosen.append(.wifi) }
    if capsman { chosen.append(.capsman) }
    if dhcp { chosen.append(.dhcp) }
    if connections { chosen.append(.connections) }
    if kidControl { chosen.append(.kidControl) }
    if let addressLists { chosen.append(.addressLists(try Self.lists(addressLists))) }
    if netwatch { chosen.append(.netwatch) }
    if neighbors { chosen.append(.neighbors) }
    if interfaces || sfp || filters.sfpOnly { chosen.append(sfp || filters.sfpOnly ? .sfp : .interfaces) }
    guard let subject = chosen.first else {
      throw ValidationError("say what to print: --dhcp, --wifi-clients, --interfaces or another of those in --help")
    }
    guard chosen.count == 1 else { throw ValidationError("one table at a time") }
    return subject
  }

  private static func lists(_ text: String) throws -> [String] {
    var names: [String] = []
    for name in text.split(separator: ",").map({ String($0).trimmed }) where !name.isEmpty && !names.contains(name) {
      names.append(name)
    }
    guard !names.isEmpty else { throw ValidationError("--address-lists names no list") }
    return names
  }
}

/// Which rows are printed. Filters of other tables are accepted and mean nothing, as in MKTXP. Those in brackets may be given without a
/// value (``PrintArguments``).
struct PrintFilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Rows with this text in any field.", valueName: "text"))
  var filter: String?
  @Option(
    name: [.customLong("include"), .customLong("in", withSingleDash: true)],
    help: ArgumentHelp("Rows in which one of these patterns, between ;, is found. * and ? are wildcards.", valueName: "patterns"))
  var include: String?
  @Option(
    name: [.customLong("exclude"), .customLong("ex", withSingleDash: true)],
    help: ArgumentHelp("Rows in which none of them is found.", valueName: "patterns"))
  var exclude: String?

  @Option(help: ArgumentHelp("Wireless: signals of at most this (-75).", valueName: "dBm"))
  var lowSignal: String?
  @Option(help: ArgumentHelp("Wireless: signals of at least this (-60).", valueName: "dBm"))
  var minSignal: String?
  @Option(help: ArgumentHelp("Wireless: links no faster than this (18M).", valueName: "rate"))
  var lowRate: String?
  @Option(help: ArgumentHelp("Wireless: connected no longer ago than this (15m).", valueName: "time"))
  var recent: String?
  @Option(help: ArgumentHelp("Wireless: 2g, 5g or 6g.", valueName: "band"))
  var band: String?

  @Flag(help: "Leases without host name and comment.")
  var unidentified = false
  @Flag(name: [.customLong("static")], help: "Leases that are static.")
  var onlyStatic = false
  @Flag(name: [.customLong("dynamic")], help: "Leases that are dynamic.")
  var onlyDynamic = false
  @Flag(help: "Leases that are bound.")
  var activeOnly = false
  @Flag(help: "Leases that are not.")
  var inactiveOnly = false

  @Option(help: ArgumentHelp("Connections, Kid Control: the first so many (10).", valueName: "N"))
  var top: String?
  @Option(help: ArgumentHelp("Connections: sources with at least so many.", valueName: "N"))
  var minConns: String?
  @Option(help: ArgumentHelp("Kid Control: devices with at least this rate (1M).", valueName: "rate"))
  var rateAbove: String?
  @Flag(help: "Kid Control: devices with traffic.")
  var active = false
  @Flag(help: "Kid Control: devices without a user.")
  var unassigned = false
  @Flag(help: "Address lists, Kid Control: dynamic entries.")
  var dynamicOnly = false
  @Flag(help: "Address lists, Kid Control: static entries.")
  var staticOnly = false

  @Flag(help: "Netwatch: what is down.")
  var downOnly = false
  @Flag(help: "Netwatch: what is up.")
  var upOnly = false

  @Flag(help: "Interfaces with a link.")
  var plugged = false
  @Flag(help: "Interfaces without.")
  var unplugged = false
  @Option(help: ArgumentHelp("Interfaces slower than this (100M), or half duplex.", valueName: "rate"))
  var degraded: String?
  @Option(help: ArgumentHelp("Interfaces of exactly this rate.", valueName: "rate"))
  var rate: String?
  @Option(help: ArgumentHelp("Interfaces slower than this.", valueName: "rate"))
  var rateBelow: String?
  @Flag(help: "As --sfp.")
  var sfpOnly = false

  /// - Parameter defaults: for filters that are named without a value.
  func tableFilter(_ defaults: FilterDefaults = FilterDefaults()) throws -> TableFilter {
    var result = TableFilter(defaults: defaults)
    result.text = filter.flatMap { $0.isEmpty ? nil : TextPattern($0, isLiteral: true) }
    result.include = include.map(TextPattern.list) ?? []
    result.exclude = exclude.map(TextPattern.list) ?? []
    result.lowSignal = try value("low-signal", lowSignal, defaults.lowSignal, FilterValue.signal, "-75")
    result.minSignal = try value("min-signal", minSignal, defaults.minSignal, FilterValue.signal, "-60")
    result.lowRate = try value("low-rate", lowRate, defaults.lowRate, FilterValue.rate, "18M")
    result.recent = try value("recent", recent, defaults.recent, FilterValue.duration, "15m")
    result.band = band
    result.isUnidentified = unidentified
    result.dynamic = try state("dynamic", onlyDynamic || dynamicOnly, "static", onlyStatic || staticOnly)
    result.bound = try state("active-only", activeOnly, "inactive-only", inactiveOnly)
    result.top = try value("top", top, defaults.top, FilterValue.count, "10")
    result.minConnections = try value("min-conns", minConns, nil, FilterValue.count, "100")
    result.rateAbove = try value("rate-above", rateAbove, defaults.rateAbove, FilterValue.rate, "1M")
    result.isActive = active
    result.isUnassigned = unassigned
    result.up = try state("up-only", upOnly, "down-only", downOnly)
    result.plugged = try state("plugged", plugged, "unplugged", unplugged)
    result.degraded = try value("degraded", degraded, defaults.degraded, FilterValue.rate, "100M")
    result.rate = try value("rate", rate, nil, FilterValue.rate, "1G")
    result.rateBelow = try value("rate-below", rateBelow, nil, FilterValue.rate, "1G")
    return result
  }

  private func value<Value>(
    _ name: String, _ text: String?, _ fallback: Value?, _ parse: (String) -> Value?, _ example: String
  ) throws -> Value? {
    guard let text else { return nil }
    if text == PrintArguments.noValue, let fallback { return fallback }
    if let value = parse(text) { return value }
    throw ValidationError("--\(name) does not take \"\(text)\"; for example \(example)")
  }

  private func state(_ on: String, _ isOn: Bool, _ off: String, _ isOff: Bool) throws -> TableFilter.State? {
    if isOn, isOff { throw ValidationError("--\(on) and --\(off) exclude each other") }
    return isOn ? .on : isOff ? .off : nil
  }
}
