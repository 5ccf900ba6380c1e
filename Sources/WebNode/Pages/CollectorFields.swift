import Shared

/// One collector as a row of the cluster page.
struct CollectorFields {
  let collector: ClusterSummary.Collector
  let summary: ClusterSummary
  let shell: PageShell

  var fields: Fields {
    let view = collector.view
    let storage = view.storage
    let now = summary.snapshot.time
    return [
      "name": view.name, "root": summary.snapshot.roots.count > 1 ? summary.snapshot.roots[view.root].path as Any : false,
      "state": state.fields, "role": role, "host": view.host ?? Format.unknown, "version": view.version ?? Format.unknown,
      "up": view.started.flatMap { start in view.written.map { Format.duration(max(0, $0 - start)) } } ?? Format.unknown,
      "age": Self.seconds(view.heartbeatAge), "lag": Self.seconds(collector.newestSample.map { now - $0 }),
      "lossKind": collector.missed > 0 ? "warnc" : "", "loss": loss,
      "queue": view.pendingSamples.map { Format.parts(Double($0), unit: "").text } ?? Format.unknown,
      "spool": Format.bytes(view.spoolBytes.map { Double($0) }), "spoolKind": (view.spoolBytes ?? 0) > 0 ? "warnc" : "",
      "disk": Format.bytes(storage?.freeBytes.map { Double($0) }), "diskKind": view.isDiskShort ? "badc" : "",
      "clock": clock, "clockKind": view.isClockOff ? "warnc" : "", "problem": problem ?? false,
    ]
  }

  private var state: StatePhrases {
    let view = collector.view
    guard view.isFresh else {
      return StatePhrases(kind: "bad", icon: "bad", words: "Silent" + (view.heartbeatAge.map { " " + Format.age($0) } ?? ""))
    }
    if view.isClockOff, let offset = view.clockOffset {
      let sign = offset < 0 ? "−" : "+"
      return StatePhrases(kind: "warn", icon: "clock", words: "Clock \(sign)" + Format.age(abs(offset)))
    }
    if view.problem != nil || view.config?.lastReloadSuccessful == false || view.isDiskShort {
      return StatePhrases(kind: "warn", icon: "warn", words: "Degraded")
    }
    return StatePhrases(kind: "ok", icon: "ok", words: "Up")
  }

  /// What it is for.
  private var role: String {
    let devices = collector.devices == 1 ? "1 device" : "\(collector.devices) devices"
    guard collector.devices > 0 else { return "no device" }
    if collector.alone == 0 { return devices + ", all also by others" }
    return collector.alone == collector.devices ? devices + ", alone" : devices + ", \(collector.alone) of them alone"
  }

  private var loss: String {
    guard let loss = collector.loss else { return Format.unknown }
    let share = loss == 0 ? "0" : loss < 0.0001 ? "<\(Format.narrow)0.01" : Format.fixed(loss * 100, 2)
    return share + Format.narrow + "%"
      + (collector.missed > 0 ? " (\(Format.parts(Double(collector.missed), unit: "").text))" : "")
  }

  private var clock: String {
    guard let offset = collector.view.clockOffset else { return Format.unknown }
    guard collector.view.isClockOff else { return "agrees" }
    return (offset < 0 ? "−" : "+") + Format.duration(abs(offset))
  }

  private var problem: String? {
    let view = collector.view
    let config = view.config.flatMap { $0.lastReloadSuccessful ? nil : "Configuration: " + ($0.problem ?? "refused") }
    let broken = view.badFiles > 0 || view.badLines > 0 ? "\(view.badFiles) broken files, \(view.badLines) broken lines" : nil
    let texts = [view.problem, config, broken].compactMap { $0 }
    return texts.isEmpty ? nil : texts.joined(separator: " · ")
  }

  private static func seconds(_ value: Double?) -> String {
    guard let value else { return Format.unknown }
    return abs(value) < 9.95 ? Format.fact(max(0, value), "s", digits: 1) : Format.duration(value)
  }
}
