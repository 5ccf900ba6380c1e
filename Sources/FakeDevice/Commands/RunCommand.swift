internal import ArgumentParser
internal import Foundation
internal import SecureTransport

/// Serves the devices until SIGTERM or SIGINT.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Serve the devices: one port each, until SIGTERM or SIGINT.",
    discussion: """
      Prints `listening NAME ADDRESS:PORT` for each device, the same followed by `tls` or `anonymous-tls` for its other ports, and \
      then `ready`. Without --certificate a self-signed one is made, and its fingerprint printed: `certificate sha256:…`.
      A fault is KIND or KIND=NUMBER, and DEVICE:KIND for one device: \
      \(FaultData.Kind.allCases.map(\.rawValue).joined(separator: ", ")).
      """)

  @OptionGroup var data: DataOptions

  @Option(help: ArgumentHelp("Port of the first device, the next ones follow; 0: any free ports.", valueName: "port"))
  var port = 8728

  @Option(help: ArgumentHelp("Offer API-SSL as well: port of the first device; 0: any free ports.", valueName: "port"))
  var tlsPort: Int?

  @Option(
    help: ArgumentHelp(
      "Offer API-SSL without certificate as well: port of the first device; 0: any free ports.", valueName: "port"))
  var anonymousTlsPort: Int?

  @Option(help: ArgumentHelp("Certificate of --tls-port, and those between it and the root (PEM).", valueName: "file"))
  var certificate: String?

  @Option(help: ArgumentHelp("Private key of --certificate (PEM, no pass phrase).", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("IPv4 or IPv6 address to listen on.", valueName: "address"))
  var listen = "127.0.0.1"

  @Option(help: "User, where the data names none.")
  var user = "admin"

  @Option(help: "Password, where the data names none.")
  var password = ""

  @Flag(help: "All devices log in with a challenge, as RouterOS before 6.43.")
  var oldLogin = false

  @Option(help: ArgumentHelp("A fault of all devices or of one; repeatable.", valueName: "[device:]kind[=number]"))
  var faults: [String] = []

  mutating func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port \(port): a number from 0 to 65535") }
    if let tlsPort, !(0...65535).contains(tlsPort) { throw ValidationError("--tls-port \(tlsPort): a number from 0 to 65535") }
    if let anonymousTlsPort, !(0...65535).contains(anonymousTlsPort) {
      throw ValidationError("--anonymous-tls-port \(anonymousTlsPort): a number from 0 to 65535")
    }
    guard (certificate == nil) == (key == nil) else { throw ValidationError("--certificate and --key go together") }
    guard certificate == nil || tlsPort != nil else { throw ValidationError("--certificate is for --tls-port") }
    for fault in faults where Self.fault(fault) == nil { throw ValidationError("--faults \(fault): no such fault") }
  }

  func run() async throws {
    let file = try withFaults(data.load())
    for port in [port, tlsPort ?? 0, anonymousTlsPort ?? 0] where port != 0 && port + file.devices.count - 1 > 65535 {
      throw Failure("\(file.devices.count) devices from port \(port) on: the last port would be beyond 65535")
    }
    signal(SIGPIPE, SIG_IGN)
    let stop = StopSignals()
    await stop.registered()
    var options = FleetOptions(address: listen, port: port, user: user, password: password, isOldLogin: oldLogin)
    let fleet: DeviceFleet
    do {
      try offerTLS(&options)
      fleet = try DeviceFleet(file, options)
      try await fleet.start()
    } catch let error as DataError {
      throw Failure(error)
    } catch let error as ListenError {
      throw Failure(error.description)
    } catch let error as TLSContextError {
      throw Failure(error.description)
    }
    for server in fleet.servers {
      Console.line("listening \(server.device.data.name) \(ListenError.text(server.address, server.port))\(server.kind.suffix)")
    }
    Console.line("ready")
    await stop.wait()
    await fleet.stop()
  }

  private func offerTLS(_ options: inout FleetOptions) throws(TLSContextError) {
    if let anonymousTlsPort { options.anonymousTLS = (anonymousTlsPort, try TLSServerContext.anonymous()) }
    guard let tlsPort else { return }
    if let certificate, let key {
      options.tls = (tlsPort, try TLSServerContext(certificateFile: certificate, keyFile: key))
    } else {
      let names = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
      let (context, made) = try TLSServerContext.selfSigned(name: "tikwatch-fakedevice", alternatives: names)
      options.tls = (tlsPort, context)
      Console.line("certificate \(made.fingerprint)")
    }
  }

  private func withFaults(_ file: DataFile) throws(Failure) -> DataFile {
    var file = file
    for text in faults {
      guard let (device, fault) = Self.fault(text) else { continue }
      let indices = file.devices.indices.filter { device == nil || file.devices[$0].name == device }
      if indices.isEmpty { throw Failure("--faults \(text): there is no device \"\(device ?? "")\"") }
      for index in indices { file.devices[index].faults = (file.devices[index].faults ?? []) + [fault] }
    }
    return file
  }

  private static func fault(_ text: String) -> (device: String?, fault: FaultData)? {
    if let fault = FaultData(argument: text) { return (nil, fault) }
    guard let colon = text.lastIndex(of: ":"), let fault = FaultData(argument: String(text[text.index(after: colon)...])) else {
      return nil
    }
    return (String(text[..<colon]), fault)
  }
}
