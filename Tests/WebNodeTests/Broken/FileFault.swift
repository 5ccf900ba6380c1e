import Foundation
import Glibc
import Shared
import TestSupport
import Testing

/// What may be wrong with a file.
enum FileFault: String, CaseIterable, Sendable {
  case missing, empty, garbage, half, deepJSON, futureFormat, wrongTypes, nulBytes
  case folder, fifo, socket, device, link, danglingLink, loop, huge

  /// Whether it is a file at all that can be read: then what counts is its content.
  var isContent: Bool {
    switch self {
    case .missing, .empty, .garbage, .half, .deepJSON, .futureFormat, .wrongTypes, .nulBytes: true
    case .folder, .fifo, .socket, .device, .link, .danglingLink, .loop, .huge: false
    }
  }

  /// Puts it in the place of `path`.
  func apply(to path: String) throws {
    let files = FileManager.default
    let sound = files.contents(atPath: path) ?? Data()
    try? files.removeItem(atPath: path)
    try files.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let url = URL(fileURLWithPath: path)
    switch self {
    case .missing: break
    case .empty: try Data().write(to: url)
    case .garbage: try Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }).write(to: url)
    case .half: try sound.prefix(sound.count / 2).write(to: url)
    case .deepJSON: try Data((String(repeating: "[", count: 200_000) + "\n").utf8).write(to: url)
    case .futureFormat:
      try Data("{\"format\":99,\"device\":\"x\",\"address\":\"\",\"interfaces\":{},\"tables\":{}}\n".utf8).write(to: url)
    case .wrongTypes:
      try Data("{\"format\":\"1\",\"device\":7,\"interfaces\":[],\"written\":\"soon\",\"t\":{},\"d\":[]}\n".utf8).write(to: url)
    case .nulBytes: try Data(count: 70_000).write(to: url)
    case .folder: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    case .fifo: #expect(mkfifo(path, 0o644) == 0)
    case .socket: try Self.socket(at: path)
    case .device:
      // /dev/zero, which never ends; without the right to make one, the link to it.
      if mknod(path, S_IFCHR | 0o644, dev_t(1 << 8 | 5)) != 0 {
        try files.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
      }
    case .link: try files.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
    case .danglingLink: try files.createSymbolicLink(atPath: path, withDestinationPath: "/no/such/file")
    case .loop: try files.createSymbolicLink(atPath: path, withDestinationPath: path)
    case .huge:
      #expect(files.createFile(atPath: path, contents: sound))
      #expect(truncate(path, 1 << 40) == 0)
    }
  }

  private static func socket(at path: String) throws {
    // The path of an address is short; the folder is reached through its descriptor.
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY)
    defer { close(folder) }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = "/proc/self/fd/\(folder)/\((path as NSString).lastPathComponent)"
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8.prefix($0.count - 1)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    #expect(bound == 0)
  }
}

/// The kinds of files below a root.
enum FileKind: String, CaseIterable, Sendable {
  case heartbeat, deviceFile, journal, archive, metrics, events, tables, ledger

  var device: String { "gw-\(rawValue)" }
  var collector: String { "edge-\(rawValue)" }

  func path(_ collector: CollectorFixture, now: Int) -> String {
    let device = collector.directory.device(device)
    return switch self {
    case .heartbeat: collector.directory.heartbeat
    case .deviceFile: device.deviceFile
    case .journal: collector.directory.live(minuteOf: now)
    case .archive: device.archive("ether1")
    case .metrics: device.metrics
    case .events: device.events(monthOf: now)
    case .tables: device.path + "/tables.json"
    case .ledger: device.ledger("ether1", monthOf: now)
    }
  }

  /// Whether the device says that this file is wrong and a metric rises.
  func isTold(_ fault: FileFault) -> Bool {
    switch self {
    case .heartbeat, .deviceFile, .archive: fault != .missing
    // It is replaced whole; half of one is metrics too.
    case .metrics: fault != .missing && fault != .half
    case .journal: !fault.isContent && fault != .huge
    // None is nothing to tell of; one that ends inside a line is being written.
    case .events: ![.missing, .empty, .half, .nulBytes].contains(fault)
    case .tables: fault != .missing
    // A file that ends inside a line is being written; nothing in it is wrong yet.
    case .ledger: ![.missing, .empty, .half, .nulBytes].contains(fault)
    }
  }
}
