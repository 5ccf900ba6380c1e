import Shared

extension RemoteDevice {
  /// The connection of a section that another one refers to; the section may be off. Nothing may use the result before the reader's
  /// diagnostics have been looked at.
  static func read(_ reader: inout SectionReader, _ context: DeviceContext) -> RemoteDevice {
    let (endpoint, credentials, transport) = DeviceConfig.connection(&reader, context)
    return RemoteDevice(name: reader.section.name, endpoint: endpoint, credentials: credentials, transport: transport)
  }
}
