internal import ArgumentParser

/// Which devices: the same for all commands, so that they speak of the same traffic.
struct DataOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Data file (JSON); the three built-in devices unless given.", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("How many devices; those of the data are cloned, or left out.", valueName: "n"))
  var devices: Int?

  @Option(help: ArgumentHelp("How many interfaces each device has.", valueName: "n"))
  var interfaces: Int?

  mutating func validate() throws {
    if let devices, !(1...10000).contains(devices) { throw ValidationError("--devices \(devices): a number from 1 to 10000") }
    if let interfaces, !(1...1000).contains(interfaces) {
      throw ValidationError("--interfaces \(interfaces): a number from 1 to 1000")
    }
  }

  func load() throws(Failure) -> DataFile {
    var file: DataFile
    do { file = try DataFile.load(data) } catch { throw Failure(error) }
    if let devices { file = file.cloned(to: devices) }
    if let interfaces { file = file.withInterfaces(interfaces) }
    return file
  }
}
