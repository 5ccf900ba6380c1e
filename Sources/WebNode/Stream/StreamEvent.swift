import Shared

/// The text of server-sent events (WHATWG HTML §9.2).
enum StreamEvent {
  /// Begins a stream: how long to wait before coming back, and what follows in which order.
  static func hello(_ subscription: StreamSubscription, time: Double) -> [UInt8] {
    var output = JSONOutput()
    output.object {
      $0.member("t", time)
      $0.key("order")
      $0.array { output in
        for lane in subscription.lanes {
          output.object {
            $0.member("device", lane.device)
            $0.member("interface", lane.interface)
          }
        }
      }
    }
    return Array("retry: 2000\nevent: hello\ndata: ".utf8) + output.bytes + Array("\n\n".utf8)
  }

  /// One second: `t` is its beginning, as in a series; `v` has [in, out] in the order of the hello.
  static func second(endingAt end: Int, _ values: [Rates?]) -> [UInt8] {
    var output = JSONOutput(capacity: 48 + values.count * 24)
    output.object {
      $0.member("t", end - 1)
      $0.key("v")
      $0.array { output in
        for value in values {
          output.array {
            $0.rate(value?.rx)
            $0.rate(value?.tx)
          }
        }
      }
    }
    return Array("id: \(end - 1)\ndata: ".utf8) + output.bytes + Array("\n\n".utf8)
  }

  static let keepAlive = Array(": keep-alive\n\n".utf8)
  static let bye = Array("event: bye\ndata: {}\n\n".utf8)
}
