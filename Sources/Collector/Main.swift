import ArgumentParser
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared

@main
struct CollectorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tikwatch-collector", version: Version.current)
}
