import ArgumentParser
import Foundation
import Shared

/// `tikwatch-collector storage size`.
struct StorageSizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "size", abstract: "Tells what disk space the archives take and will take, and whether it is there.",
    discussion: """
      Interfaces are those of each device.json; a count in their place is given by --interfaces, and --devices takes the place of the \
      configured devices. With both and --storage no configuration is needed. Exit status 1 when it does not fit.
      """)

  @OptionGroup var options: StorageOptions

  @Option(help: ArgumentHelp("Interfaces of each device.", valueName: "n"))
  var interfaces: Int?

  @Option(help: ArgumentHelp("Devices, in place of the configured ones; needs --interfaces.", valueName: "n"))
  var devices: Int?

  @Option(help: ArgumentHelp("Retention of the devices of --devices.", valueName: "name"))
  var retention = Retention.standard.name

  @Flag(help: "The figures as JSON.")
  var json = false

  func validate() throws {
    for (name, value) in [("--interfaces", interfaces), ("--devices", devices)] {
      if let value, !(1...10_000).contains(value) { throw ValidationError("\(name) \(value): a number from 1 to 10000") }
    }
    if devices != nil, interfaces == nil { throw ValidationError("--devices needs --interfaces") }
  }

  func run() async throws {
    let context = try context()
    guard let retention = context.retentions[retention] else {
      throw ValidationError("--retention \(retention): one of " + context.retentions.keys.sorted().joined(separator: ", "))
    }
    let assumption = SizePlan.Assumption(devices: devices, interfaces: interfaces, retention: retention)
    let plan = try await BlockingWork.run("size") {
      do throws(FileError) { return try SizePlan(context, assumption) } catch { throw CommandFailure.failure(error) }
    }
    if json { try Console.json(plan) } else { show(plan, context) }
    if !plan.fits { throw CommandFailure.failure(plan.verdict(Console.bytes)[0]) }
  }

  private func context() throws -> StorageContext {
    guard devices != nil, let root = options.storage, options.config == nil, options.configDirectory == nil else {
      return try options.load()
    }
    let path = options.absolute(root)
    return StorageContext(
      directory: DataDirectory(root: path).collector(HostIdentity.shortName), root: path, devices: [],
      retentions: RetentionCatalog.builtIn)
  }

  private func show(_ plan: SizePlan, _ context: StorageContext) {
    Console.line(Self.columns(["device", "retention", "interfaces", "per archive", "there", "total"]))
    if devices == nil {
      for device in plan.devices { Console.line(Self.columns(Self.row(device))) }
    } else if let first = plan.devices.first {
      var row = Self.row(first)
      row[0] = "\(plan.devices.count) devices, each"
      Console.line(Self.columns(row))
    }
    Console.line("")
    Console.line(
      "archives: \(Console.bytes(plan.totalBytes)) (\(plan.totalBytes) bytes) below \(context.root), allocated whole when they are created"
    )
    Console.line("ledgers: about \(Console.bytes(plan.ledgerBytesPerYear)) a year")
    for line in plan.verdict(Console.bytes) { Console.line(line) }
  }

  private static func row(_ device: SizePlan.Device) -> [String] {
    [
      device.device, device.retention, device.interfaces.map { String($0) } ?? "unknown", Console.bytes(device.bytesPerArchive),
      "\(device.existing) (\(Console.bytes(device.existingBytes)))", device.total.map(Console.bytes) ?? "unknown",
    ]
  }

  private static func columns(_ cells: [String]) -> String {
    let widths = [24, 12, 10, 12, 16, 10]
    return zip(cells, widths).enumerated().map { index, cell in
      let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return index < 2 ? cell.0 + padding : padding + cell.0
    }.joined(separator: " ")
  }
}
