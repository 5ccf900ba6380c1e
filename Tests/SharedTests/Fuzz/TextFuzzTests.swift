import Shared
import TestSupport
import Testing

/// What people write, damaged: configuration files and the small languages in their values.
@Suite struct TextFuzzTests {
  static let seeds = 1...8 as ClosedRange<UInt64>

  static let configurations = [
    "[collector]\nstorage = /srv/t\nsample_interval = 1s\n[retention day]\narchives = 1s:24h, 10s:7d\n[default]\nusername = u\npassword = 'a#b,c'\n"
      + "[gw]\nhostname = 192.0.2.1\nuse_ssl = True # yes\nallow = 10.0.0.0/8, ::1\n",
    "\u{FEFF}[a]\r\nx = %(y)s%(z)s\r\ny = '''one\r\ntwo'''\r\nz = \"q\", 'r', s\r\n",
    "# only a comment\n\n[ spaced name ]\n  k=\n",
  ]

  @Test(arguments: seeds) func configurationsNameLinesOfTheFile(seed: UInt64) {
    var mutator = Mutator(
      seed: seed, corpus: Self.configurations,
      dictionary: [
        "[", "]", "=", "\n", "\r", "'''", "\"\"\"", "%(", ")s", "%(x)s", "%(k)s", ",", "#", "[default]\n", "\u{2028}", "\0",
      ])
    for _ in 0..<Mutator.rounds * 2 {
      let bytes = mutator.next()
      let lines = bytes.count { $0 == 0x0A } + 1
      do throws(ConfigErrors) {
        let document = try INIDocument(parsing: bytes, file: "f")
        for entry in document.sections.flatMap(\.entries) { #expect((1...lines).contains(entry.line) && !entry.key.isEmpty) }
        #expect(try INIDocument(parsing: bytes, file: "f") == document)
      } catch {
        #expect(!error.errors.isEmpty)
        for problem in error.errors {
          #expect((1...lines).contains(problem.line ?? 0))
          #expect(!problem.description.contains("\n"))
        }
      }
    }
  }

  @Test(arguments: seeds) func accessListsReadTheirOwnDescription(seed: UInt64) {
    var mutator = Mutator(
      seed: seed,
      corpus: ["10.0.0.0/8, 192.0.2.7, ::1, fd00::/8, router.example", "::ffff:10.0.0.1/104 0.0.0.0/0\t1.2.3.4/32", "::/0"],
      dictionary: ["/", ":", "::", ".", ",", "/0", "/33", "/129", "::ffff:", "%eth0", "01", "256", "-", "ü", "\0", "[::1]"])
    let addresses = [IPAddress(v4: 0x0A00_0001), IPAddress(v6: 1), IPAddress(v4: 0)]
    var accepted = 0
    for _ in 0..<Mutator.rounds * 2 {
      let text = String(decoding: mutator.next(), as: UTF8.self)
      guard let list = try? AccessList(parsing: text) else { continue }
      accepted += 1
      let again = try? AccessList(parsing: list.description)
      #expect(again?.rules == list.rules, "\(text)")
      for address in addresses { #expect(again?.allows(address) == list.allows(address), "\(text)") }
    }
    #expect(accepted > 0)
  }

  @Test(arguments: seeds) func retentionsStayWithinTheirLimits(seed: UInt64) {
    var mutator = Mutator(
      seed: seed, corpus: ["1s:24h, 10s:7d, 1m:60d, 5m:2y", "1:60", "5m:1y"],
      dictionary: [":", ",", "s", "m", "h", "d", "w", "y", "0", "-", ".", "9223372036854775807", "1e9", " ", "\0"])
    var accepted = 0
    for _ in 0..<Mutator.rounds * 2 {
      let text = String(decoding: mutator.next(), as: UTF8.self)
      guard let retention = try? Retention(name: "x", parsing: text) else { continue }
      accepted += 1
      #expect(!retention.archives.isEmpty, "\(text)")
      for (spec, next) in zip(retention.archives, retention.archives.dropFirst()) { #expect(spec.step < next.step, "\(text)") }
      #expect(retention.archives.allSatisfy { $0.step > 0 && $0.rows > 0 }, "\(text)")
    }
    #expect(accepted > 0)
  }

  @Test(arguments: seeds) func timesComeBack(seed: UInt64) {
    var mutator = Mutator(
      seed: seed, corpus: ["2026-11-21T02:03:04.567Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"],
      dictionary: ["-", ":", "T", "Z", ".", "+01:00", "60", "00", "99", "\0"])
    for _ in 0..<Mutator.rounds * 2 {
      let text = String(decoding: mutator.next(), as: UTF8.self)
      guard let epoch = UTCTime.epoch(rfc3339: text) else { continue }
      #expect(epoch.isFinite, "\(text)")
      guard epoch >= 0, epoch <= Double(UTCTime.range.upperBound) else { continue }
      let written = UTCTime.rfc3339(epoch)
      #expect(UTCTime.epoch(rfc3339: written).map { abs($0 - epoch) < 0.001 } == true, "\(text)")
    }
  }

  @Test(arguments: seeds) func listenAddressesAreReadOrRefused(seed: UInt64) {
    var mutator = Mutator(
      seed: seed, corpus: ["127.0.0.1:8080, [::1]:8080", "unix:/run/tikwatch/web.sock", "*:80", "localhost:65535"],
      dictionary: [":", "[", "]", ",", "unix:", "/", "0", "65536", "-1", "\0", " "])
    for _ in 0..<Mutator.rounds * 2 {
      let text = String(decoding: mutator.next(), as: UTF8.self)
      do throws(ConfigProblem) {
        for address in try ListenAddress.list(parsing: text) {
          #expect(try ListenAddress(parsing: address.description) == address, "\(text)")
        }
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}
