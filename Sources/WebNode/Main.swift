import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import Mustache
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared

@main
struct WebNodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tikwatch-web", version: Version.current)
}
