/// `/interface/monitor-traffic`: rates over the second before the question.
enum TrafficMonitor {
  /// Writes one reply per interface.
  static func write(
    _ interfaces: [FakeDevice.Interface], at time: Double, section: Int?, tag: String?, to writer: inout SentenceWriter
  ) {
    for interface in interfaces {
      let counters = interface.counters
      let rx = rates(counters.rx, packet: counters.rxPacket, at: time)
      let tx = rates(counters.tx, packet: counters.txPacket, at: time)
      writer.word("!re")
      writer.attribute("name", interface.name)
      for (prefix, rate) in [("rx", rx), ("fp-rx", rx)] { write(prefix, rate, &writer) }
      writer.attribute("rx-drops-per-second", "0")
      writer.attribute("rx-errors-per-second", "0")
      for (prefix, rate) in [("tx", tx), ("fp-tx", tx)] { write(prefix, rate, &writer) }
      for name in ["tx-drops-per-second", "tx-queue-drops-per-second", "tx-errors-per-second"] { writer.attribute(name, "0") }
      if let section { writer.attribute(".section", String(section)) }
      writer.end(tag: tag)
    }
  }

  private static func rates(_ model: TrafficModel, packet: Int, at time: Double) -> (packets: UInt64, bits: UInt64) {
    let bytes = model.bytes(from: time - 1, to: time)
    return (bytes / UInt64(packet), bytes * 8)
  }

  private static func write(_ prefix: String, _ rate: (packets: UInt64, bits: UInt64), _ writer: inout SentenceWriter) {
    writer.attribute(prefix + "-packets-per-second", String(rate.packets))
    writer.attribute(prefix + "-bits-per-second", String(rate.bits))
  }
}
