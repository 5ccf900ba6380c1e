import ArgumentParser
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared
import Hummingbird
import Mustache
import HTTPTypes

@main
struct WebNodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tikwatch-web", version: Version.current)
}
