import Shared
import TestSupport
import Testing

@Suite struct LiveLineTests {
  @Test func writesTheDocumentedForm() {
    let line = LiveLine(
      time: 1_795_219_200.5,
      devices: [
        "gw \"1\"": .init(
          time: 1_795_219_200.25,
          interfaces: [
            "ether1": .init(rxRate: 8000, txRate: nil, rxBytes: 1000, txBytes: nil, rxCounter: .max, txCounter: 0)
          ])
      ])
    #expect(
      String(decoding: line.encoded(), as: UTF8.self)
        == #"{"t":1795219200.500,"d":{"gw \"1\"":{"t":1795219200.250,"i":{"ether1":[8000,null,1000,null,18446744073709551615,0]}}}}"#
        + "\n")
    #expect(LiveLine.decode(line.encoded()) == line)
  }

  @Test func everyLineComesBack() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      let line = randomLine(&generator)
      #expect(LiveLine.decode(line.encoded()) == line)
    }
  }

  @Test func cutLinesAreNone() {
    var generator = SeededGenerator(seed: 12)
    let bytes = Array(randomLine(&generator).encoded().dropLast())
    #expect(LiveLine.decode(bytes) != nil)
    for length in 0..<bytes.count { #expect(LiveLine.decode(Array(bytes[..<length])) == nil, "cut at \(length)") }
  }

  @Test func flippedBitsNeverCrash() {
    var generator = SeededGenerator(seed: 13)
    let bytes = randomLine(&generator).encoded()
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        _ = LiveLine.decode(changed)
      }
    }
  }

  @Test func unknownMembersAreSkipped() throws {
    let text =
      #" { "v" : [1,{"x":null},"s",true,false,-1.5e3], "t" : 5 , "d" : {"a":{"t":4.5,"q":"\u00e9","i":{"e":[1,2,3,4,5,6,"more"]}}} } "#
    let line = try #require(LiveLine.decode(Array(text.utf8)))
    #expect(line.devices["a"]?.interfaces["e"]?.txCounter == 6)
  }

  @Test(arguments: [
    "", "{}", "null", #"{"t":1}"#, #"{"t":"1","d":{}}"#, #"{"t":1,"d":[]}"#, #"{"t":1e999,"d":{}}"#, #"{"t":-1,"d":{}}"#,
    #"{"t":1,"d":{}} x"#, #"{"t":1,"d":{"a":{"t":1,"i":{"e":[1,2,3]}}}}"#,
    #"{"t":1,"d":{"a":{"t":1,"i":{"e":[1.5,2,3,4,5,6]}}}}"#,
    #"{"t":1,"d":{"a":{"t":1,"i":{"e":[18446744073709551616,2,3,4,5,6]}}}}"#,
    #"{"t":1,"d":{"a":{"t":1,"i":{"../x":[1,2,3,4,5,6]}}}}"#,
    #"{"t":1,"d":{"a":{"t":1,"i":{"e":[-1,2,3,4,5,6]}}}}"#,
  ])
  func refusesOtherShapes(text: String) { #expect(LiveLine.decode(Array(text.utf8)) == nil) }

  @Test func deepNestingIsRefused() {
    let deep = #"{"t":1,"d":{},"x":"# + String(repeating: "[", count: 100_000)
    #expect(LiveLine.decode(Array(deep.utf8)) == nil)
  }

  private func randomLine(_ generator: inout SeededGenerator) -> LiveLine {
    func optional(_ generator: inout SeededGenerator) -> UInt64? {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: nil
      case 1: .max
      case 2: UInt64.random(in: 0...9, using: &generator)
      default: generator.next()
      }
    }
    let names = ["gw", "<script>", "ünï\\code", "a\"b", "tab\tnl\n", ""]
    var devices: [String: LiveLine.Device] = [:]
    for name in names.shuffled(using: &generator).prefix(3) {
      var interfaces: [String: LiveLine.Interface] = [:]
      for index in 0..<Int.random(in: 0...3, using: &generator) {
        interfaces["ether\(index)"] = .init(
          rxRate: optional(&generator), txRate: optional(&generator), rxBytes: optional(&generator),
          txBytes: optional(&generator),
          rxCounter: optional(&generator), txCounter: optional(&generator))
      }
      devices[name] = .init(time: Double(Int.random(in: 0...2_000_000_000_000, using: &generator)) / 1000, interfaces: interfaces)
    }
    return LiveLine(time: Double(Int.random(in: 0...2_000_000_000, using: &generator)), devices: devices)
  }
}
