/// Whose bytes are asked for.
struct UsageSubject: Sendable {
  let device: DeviceView
  /// `nil`: the device, which is the sum of its uplinks, or of all its interfaces where no uplink is known.
  let interface: InterfaceView?

  var interfaces: [InterfaceView] { interface.map { [$0] } ?? device.totalInterfaces }

  var calendar: BillingCalendar { BillingCalendar(device.billing) }

  /// The interfaces whose bytes count against the device's quota; `nil` where what is asked for has none: a port behind the uplinks.
  var quotaInterfaces: [InterfaceView]? {
    guard let interface else { return device.totalInterfaces }
    let uplinks = device.interfaces.filter(\.isUplink)
    if uplinks.isEmpty { return [interface] }
    return interface.isUplink ? uplinks : nil
  }
}

/// How much of a month's quota is used.
struct UsageQuota: Sendable, Equatable {
  /// Bytes in and out a month; `nil`: no quota is configured.
  var limit: UInt64?
  /// Bytes in and out so far; `nil`: not known.
  var used: UInt64?
  /// Bytes by the end of the month, if it goes on as it did in the time that is known; `nil` while no time is.
  var forecast: UInt64?
  /// How sure `used` is.
  var exactness: Exactness

  init(limit: UInt64?, month: UsageAmount) {
    self.limit = limit
    exactness = Exactness(month)
    guard !month.isUnknown else { return }
    used = month.sum
    let length = Double(month.to - month.from)
    let rest = length - month.elapsed
    guard rest > 0 else {
      forecast = month.sum
      return
    }
    guard month.known > 0 else { return }
    let grown = Double(month.sum) * (1 + rest / month.known)
    forecast = max(month.sum, UInt64(exactly: min(grown, 1.8e19).rounded()) ?? month.sum)
  }
}
