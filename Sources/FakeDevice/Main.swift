import ArgumentParser
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Shared

@main
struct FakeDeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tikwatch-fakedevice", version: Version.current)
}
