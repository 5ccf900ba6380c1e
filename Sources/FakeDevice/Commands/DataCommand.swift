internal import ArgumentParser
internal import Shared

/// Prints the data as a file to start one's own from.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Print the devices' data as JSON: the built-in ones, to start a file of your own from.")

  @OptionGroup var data: DataOptions

  func run() async throws {
    let file = try data.load()
    do throws(FileError) {
      Console.line(String(decoding: try JSONFile.encode(file), as: UTF8.self))
    } catch {
      throw Failure(error.description)
    }
  }
}
