import Shared
import Testing

struct SectionReaderTests {
  @Test func entryInheritsFromItsFallbacksInOrder() throws {
    var reader = try office(
      """
      [Office]
      username =
      port = 8729
      comment = None
      [default]
      username = api
      hostname =
      comment = inherited
      [new_default_parameters]
      username = never
      hostname = never
      ssl = yes
      """)
    #expect(reader.string("username") == "api")
    #expect(reader.int("port", in: 1...65535, default: 8728) == 8729)
    #expect(reader.bool("ssl", default: false) == true)
    #expect(reader.string("hostname", default: "localhost") == "localhost", "an empty value of a fallback ends the search")
    #expect(reader.string("comment") == nil, "None switches an inherited value off")
    #expect(reader.string("absent") == nil)
    #expect(reader.isSet("hostname") == false)
    #expect(reader.isSet("username") == true)
    #expect(reader.finish() == ConfigDiagnostics())
    #expect(reader.keysRead.contains("absent"))
  }

  @Test(arguments: [
    ("true", true), ("TRUE", true), ("Yes", true), ("on", true), ("1", true), ("false", false), ("No", false), ("off", false),
    ("0", false),
  ]) func readsBooleans(_ text: String, _ value: Bool) throws {
    var reader = try office("[Office]\nenabled = \(text)\n")
    #expect(reader.bool("enabled", default: !value) == value)
    #expect(reader.diagnostics.errors.isEmpty)
  }

  static let badValues: [(line: String, message: String)] = [
    ("port = abc", "collector.conf:2: [Office] port = \"abc\": not a whole number; allowed: 1 to 65535"),
    ("port = 0", "collector.conf:2: [Office] port = \"0\": out of range; allowed: 1 to 65535"),
    ("port = 65536", "collector.conf:2: [Office] port = \"65536\": out of range; allowed: 1 to 65535"),
    (
      "port = 99999999999999999999",
      "collector.conf:2: [Office] port = \"99999999999999999999\": not a whole number; allowed: 1 to 65535"
    ),
    ("port =", "collector.conf:2: [Office] port = \"\": not a whole number; allowed: 1 to 65535"),
    ("port = 1, 2", "collector.conf:2: [Office] port = \"1, 2\": not a whole number; allowed: 1 to 65535"),
    (
      "enabled = maybe",
      "collector.conf:2: [Office] enabled = \"maybe\": neither yes nor no; allowed: true, false, yes, no, on, off, 1 or 0"
    ),
    (
      "enabled =", "collector.conf:2: [Office] enabled = \"\": neither yes nor no; allowed: true, false, yes, no, on, off, 1 or 0"
    ),
    (
      "enabled = None",
      "collector.conf:2: [Office] enabled = \"None\": neither yes nor no; allowed: true, false, yes, no, on, off, 1 or 0"
    ),
    ("interval = 0", "collector.conf:2: [Office] interval = \"0\": out of range; allowed: 1 s to 300 s"),
    ("interval = 6m", "collector.conf:2: [Office] interval = \"6m\": out of range; allowed: 1 s to 300 s"),
    (
      "interval = soon",
      "collector.conf:2: [Office] interval = \"soon\": not a length of time; "
        + "allowed: seconds, or a number with ms, s, m, h, d, w or y (30, 500ms, 1h30m)"
    ),
    (
      "quota = 2 elephants",
      "collector.conf:2: [Office] quota = \"2 elephants\": not a size in bytes; "
        + "allowed: bytes, or a number with kB, MB, GB, TB, PB, KiB, MiB, GiB, TiB or PiB (1GiB, 2TB)"
    ),
    ("theme = pink", "collector.conf:2: [Office] theme = \"pink\": unknown choice; allowed: auto, dark, light"),
    (
      "listen = 1.2.3.4:99999",
      "collector.conf:2: [Office] listen = \"1.2.3.4:99999\": \"1.2.3.4:99999\" has no port from 1 to 65535; "
        + "allowed: 127.0.0.1:8080, [::]:8080, *:8080, name:8080 or unix:/path.sock"
    ),
    (
      "allow = 10.0.0.0/40",
      "collector.conf:2: [Office] allow = \"10.0.0.0/40\": \"10.0.0.0/40\" has no prefix length from 0 to 32; "
        + "allowed: addresses (10.0.0.7), networks (10.0.0.0/8, fd00::/8) and host names, separated by commas"
    ),
    ("user = x", "collector.conf:1: [Office] hostname: missing; allowed: a name or an address"),
  ]

  @Test(arguments: badValues) func reportsBadValues(_ row: (line: String, message: String)) throws {
    enum Theme: String, CaseIterable { case auto, dark, light }
    var reader = try office("[Office]\n\(row.line)\n")
    if row.line == "user = x" { _ = reader.requiredString("hostname", allowed: "a name or an address") }
    #expect(reader.int("port", in: 1...65535, default: 8728) == 8728)
    #expect(reader.bool("enabled", default: true) == true)
    #expect(reader.duration("interval", in: .seconds(1)...(.seconds(300)), default: .seconds(1)) == .seconds(1))
    #expect(reader.byteSize("quota") == nil)
    #expect(reader.choice("theme", default: Theme.auto) == .auto)
    #expect(reader.listenAddresses("listen") == nil)
    #expect(reader.accessList("allow") == nil)
    reader.accept("user")
    let diagnostics = reader.finish(strict: true)
    #expect(diagnostics.errors.map(\.description) == [row.message])
  }

  @Test func goodValuesOfEveryKind() throws {
    enum Theme: String, CaseIterable { case auto, dark, light }
    var reader = try office(
      """
      [Office]
      interval = 2m
      spool = 1GiB
      theme = Dark
      password = a, b
      push_token = "x#y"
      interfaces = ether1, "pppoe, out", sfp*
      labels = "dc:riga, rack=a1"
      none = None
      listen = 0.0.0.0:49090 [::]:49090
      allow = None
      quota =
      """)
    #expect(reader.duration("interval", in: .seconds(1)...(.seconds(300)), default: .seconds(1)) == .seconds(120))
    #expect(reader.byteSize("spool") == 1_073_741_824)
    #expect(reader.byteSize("quota") == nil)
    #expect(reader.choice("theme", default: Theme.auto) == .dark)
    #expect(reader.secret("password") == Secret("a, b"))
    #expect(reader.secret("push_token") == Secret("x#y"))
    #expect(reader.secret("none") == nil)
    #expect(reader.list("interfaces") == ["ether1", "pppoe, out", "sfp*"])
    #expect(reader.list("labels") == ["dc:riga, rack=a1"])
    #expect(reader.list("labels", splittingQuoted: true) == ["dc:riga", "rack=a1"])
    #expect(reader.list("none") == [])
    #expect(reader.list("absent") == nil)
    let listen = reader.listenAddresses("listen")
    #expect(listen?.map(\.description) == ["0.0.0.0:49090", "[::]:49090"])
    #expect(reader.accessList("allow") == AccessList(rules: []))
    #expect(reader.finish(strict: true) == ConfigDiagnostics())
  }

  @Test func unknownKeysNameTheNearest() throws {
    let text = "[Office]\nhostnme = x\nUsername = y\nbanana = z\nfuture = 1\n"
    var reader = try office(text)
    reader.accept("hostname", "username")
    let found = reader.finish(known: ["future"])
    #expect(found.errors.isEmpty)
    #expect(
      found.warnings.map(\.description) == [
        "collector.conf:2: [Office] hostnme: unknown key; did you mean \"hostname\"?",
        "collector.conf:3: [Office] Username: unknown key; did you mean \"username\"?",
        "collector.conf:4: [Office] banana: unknown key",
      ])
    var strict = try office(text)
    strict.accept("hostname", "username", "future", "banana", "Username")
    let refused = strict.finish(strict: true)
    #expect(refused.errors.map(\.key) == ["hostnme"])
  }

  @Test func inheritedMistakeIsReportedOnceWhereItStands() throws {
    let document = try INIDocument(parsing: "[default]\nport = x\n[A]\n[B]\n", file: "c.conf")
    var all = ConfigDiagnostics()
    for name in ["A", "B"] {
      var reader = SectionReader(try #require(document.section(name)), fallbacks: [document.section(orEmpty: "default")])
      _ = reader.int("port", in: 1...2)
      all.merge(reader.finish())
    }
    #expect(all.errors.map(\.description) == ["c.conf:2: [default] port = \"x\": not a whole number; allowed: 1 to 2"])
    #expect(throws: ConfigErrors(all.errors[0])) { try all.throwIfErrors() }
    try ConfigDiagnostics().throwIfErrors()
  }

  @Test func findingsAcrossKeysStandAtTheirValue() throws {
    var reader = try office("[Office]\na = 1\npassword = hunter2\n")
    reader.fail("a", "needs b", allowed: "a with b")
    reader.warn("password", "weak")
    reader.fail("missing", "is needed")
    let found = reader.finish(known: ["a", "password"])
    #expect(
      found.errors.map(\.description) == [
        "collector.conf:2: [Office] a = \"1\": needs b; allowed: a with b", "collector.conf:1: [Office] missing: is needed",
      ])
    #expect(found.warnings.map(\.description) == ["collector.conf:3: [Office] password = [redacted]: weak"])
  }

  @Test func pathsFollowTheConfigurationDirectory() throws {
    var reader = try office(
      "[Office]\na = secrets.yml\nb = ~/x\nc = $DIR/y\nd = None\ne = /etc/z\nf = ${DIR}2/$NONE/$\ng = ${DIR\n")
    let paths = ["a", "b", "c", "d", "e", "f", "g"].map {
      reader.path($0, relativeTo: "/etc/mktxp", environment: ["HOME": "/home/u", "DIR": "/opt"])
    }
    #expect(
      paths == ["/etc/mktxp/secrets.yml", "/home/u/x", "/opt/y", nil, "/etc/z", "/opt2/$NONE/$", "/etc/mktxp/${DIR"])
  }

  private func office(_ text: String) throws -> SectionReader {
    let document = try INIDocument(parsing: text, file: "collector.conf")
    return SectionReader(
      try #require(document.section("Office")), fallbacks: ["default", "new_default_parameters"].compactMap(document.section))
  }
}
