import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector storage migrate`.
struct StorageMigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Changes the retention of existing archives without losing history.",
    discussion: """
      Each archive is made anew beside the old one, checked, and put in its place by one rename: interrupted at any point, the old file \
      is as it was; run it again. The collector must not run. Without DEVICE all configured devices.
      """)

  @OptionGroup var options: StorageOptions

  @Option(help: ArgumentHelp("In place of the configured one.", valueName: "name"))
  var retention: String?

  @Flag(help: "Show what would be done and change nothing.")
  var dryRun = false

  @Argument(help: "Devices, by their names in the configuration or their folders.")
  var device: [String] = []

  func run() async throws {
    let context = try options.load()
    let wanted = try retention.map { name in
      guard let retention = context.retentions[name] else {
        throw ValidationError("--retention \(name): one of " + context.retentions.keys.sorted().joined(separator: ", "))
      }
      return retention
    }
    let (devices, isDry) = (device, dryRun)
    let failures = try await BlockingWork.run("migrate") { () -> [String] in
      let now = Date().timeIntervalSince1970
      let lock = try isDry ? nil : MaintenanceLock(context.directory, host: HostIdentity.shortName, now: now)
      return try withExtendedLifetime(lock) { try Self.migrate(context, devices, wanted, isDry: isDry) }
    }
    if !failures.isEmpty { throw CommandFailure.failure(failures.joined(separator: "\n")) }
    remind(context, wanted)
  }

  private static func migrate(_ context: StorageContext, _ devices: [String], _ wanted: Retention?, isDry: Bool) throws
    -> [String]
  {
    let plan: MigrationPlan
    let free: Int
    do {
      plan = try MigrationPlan(context, devices: devices, retention: wanted)
      // Halves of an earlier run would be counted as taken space.
      if !isDry { for item in plan.items { unlink(ArchiveConverter.temporary(of: item.path)) } }
      free = try DiskSpace.free(context.directory.path)
    } catch {
      throw CommandFailure.failure(String(describing: error))
    }
    let need = "needs \(Console.bytes(plan.peakBytes)) free while it works, \(Console.bytes(free)) are free; "
    let growth = plan.growth < 0 ? "frees \(Console.bytes(-plan.growth))" : "takes \(Console.bytes(plan.growth)) more in the end"
    if !plan.items.isEmpty {
      Console.line("\(plan.items.count) to convert, \(plan.unchanged) as they should be: " + need + growth)
    }
    guard plan.peakBytes <= free else {
      if isDry { return ["it does not fit: free \(Console.bytes(plan.peakBytes - free)) more, or choose a smaller retention"] }
      throw CommandFailure.failure(
        "it does not fit: free \(Console.bytes(plan.peakBytes - free)) more, or choose a smaller retention; nothing was changed")
    }
    var failures = plan.failures
    for item in plan.items {
      let what = "\(item.name): \(item.header.retentionText) -> \(item.retention.text) (\(Console.bytes(item.retention.bytes)))"
      if isDry {
        Console.line("would convert " + what)
      } else if let failure = convert(item, what) {
        failures.append(failure)
      }
    }
    if plan.items.isEmpty { Console.line("nothing to convert: \(plan.unchanged) as they should be") }
    return failures
  }

  private static func convert(_ item: MigrationPlan.Item, _ what: String) -> String? {
    let began = ContinuousClock.now
    var converter = ArchiveConverter()
    let last = ShownPercent()
    converter.progress = { share in if let percent = last.next(share) { Console.progress("\(item.name): \(percent) %") } }
    defer { Console.progress("") }
    do throws(ArchiveError) {
      let outcome = try converter.convert(item.path, to: item.retention)
      Console.progress("")
      let seconds = String(format: "%.1f", (.now - began).seconds)
      Console.line(outcome == .converted ? "converted \(what) in \(seconds) s" : "unchanged \(item.name)")
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// A retention that the configuration does not say would be called a problem by `verify`.
  private func remind(_ context: StorageContext, _ wanted: Retention?) {
    guard let wanted else { return }
    let named = device.isEmpty ? context.devices : device.compactMap { context.device(named: $0) }
    let other = named.filter { $0.retention != wanted }.map(\.name)
    guard !other.isEmpty else { return }
    Console.line(
      "set 'retention = \(wanted.name)' in the configuration of " + other.joined(separator: ", ")
        + ": new archives are made as it says")
  }
}
