import HTTPService
import Shared
import Synchronization

/// A billing month of one subject, in numbers.
struct MonthSummary: Sendable {
  var month: BillingCalendar.Month
  var span: Range<Int>
  var total: UsageAmount
  var percentiles: UsageBuckets.Percentiles
  var quota: UsageQuota?
  /// Why part of it could not be read.
  var problem: String?
}

/// Months that were added up lately: a page of hundreds of devices reads no ledger twice a minute.
final class UsageSummaries: Sendable {
  private struct Key: Hashable {
    var device: String
    var interfaces: [String]
    var month: Int
  }
  private struct Kept {
    var summary: MonthSummary
    var made: Double
  }

  static let limit = 20_000
  /// Seconds that a sum of a month in progress, or of one that is over, is shown again.
  private static let lifetimes = (present: 60.0, past: 600.0)

  private let shelf = Mutex<[Key: Kept]>([:])

  /// The subject's month, from memory or added up now.
  func summary(_ subject: UsageSubject, _ month: BillingCalendar.Month, _ usage: UsageService) async throws -> MonthSummary {
    let key = Key(device: subject.device.name, interfaces: subject.interfaces.map(\.key), month: month.number)
    let now = usage.time
    let span = subject.calendar.span(of: month)
    let lifetime = Double(span.upperBound) > now ? Self.lifetimes.present : Self.lifetimes.past
    if let kept = shelf.withLock({ $0[key] }), kept.summary.span == span, (0..<lifetime).contains(now - kept.made) {
      return kept.summary
    }
    let (answer, buckets) = try await usage.month(of: subject.interfaces, subject.device, [span])
    var summary = MonthSummary(
      month: month, span: span, total: answer.total, percentiles: buckets.percentiles(95), problem: answer.problem)
    if let interfaces = subject.quotaInterfaces {
      let isSame = interfaces.map(\.key) == subject.interfaces.map(\.key)
      let total = isSame ? answer.total : try await usage.amounts(of: interfaces, subject.device, [span]).total
      summary.quota = UsageQuota(limit: subject.device.billing?.quota, month: total)
    }
    let made = summary
    shelf.withLock { shelf in
      if shelf.count >= Self.limit { shelf.removeAll() }
      // What could not be read in full is read again.
      shelf[key] = made.problem == nil ? Kept(summary: made, made: now) : nil
    }
    return summary
  }
}

/// The whole fleet's calendar month, added up in the background: whoever asks gets what is known, at once.
final class FleetUsage: Sendable {
  struct Sum: Sendable {
    /// `nil`: of no device is anything known.
    var amount: UsageAmount?
    var percentiles: UsageBuckets.Percentiles?
    /// What could not be read.
    var problem: String?
    var made: Double
    /// Seconds that adding up took.
    var cost: Double
  }

  private struct State {
    var sum: Sum?
    var task: Task<Void, any Error>?
  }

  /// Seconds between two sums: rows come every five minutes; what could not be read in full is read again sooner.
  private static let (interval, retry) = (300.0, 30.0)
  private let state = Mutex(State())

  /// The newest sum; `nil` while there is none. Begins another one when it is time.
  func sum(_ usage: UsageService, _ devices: [DeviceView]) -> Sum? {
    let now = usage.time
    return state.withLock { state in
      // Never more than a twentieth of the time, however large the fleet.
      let isDue =
        state.sum.map { sum in
          let pause = sum.problem == nil && sum.amount != nil ? Self.interval : Self.retry
          return now - sum.made >= max(pause, 20 * sum.cost) || now < sum.made
        } ?? true
      if isDue, state.task == nil, !devices.isEmpty {
        // Owned by this object; ends by itself when the devices are through.
        state.task = RequestPatience.detached { await self.refresh(usage, devices) }
      }
      return state.sum
    }
  }

  private func refresh(_ usage: UsageService, _ devices: [DeviceView]) async {
    let clock = ContinuousClock.now
    let calendar = BillingCalendar(zone: nil, day: 1)
    let made = usage.time
    let span = calendar.span(of: calendar.month(at: Int(made)))
    var sum: UsageAmount?
    var total: UsageBuckets?
    var (unread, reason) = (0, String?.none)
    for device in devices {
      do {
        let (answer, buckets) = try await usage.month(of: device.totalInterfaces, device, [span])
        if let problem = answer.problem { (unread, reason) = (unread + 1, reason ?? problem) }
        guard !answer.total.isUnknown else { continue }
        if total == nil { total = buckets } else { total?.addKnown(buckets) }
        var own = answer.total
        if let known = sum {
          own = known + own
          (own.known, own.sampled) = (known.known + answer.total.known, known.sampled + answer.total.sampled)
        }
        sum = own
      } catch {
        (unread, reason) = (unread + 1, reason ?? (error as? HTTPProblem)?.detail ?? "\(error)")
      }
    }
    // The share of the time of all of them: one that cannot be read now, or has no ledger, is time that is not known.
    if var shared = sum {
      shared.known /= Double(devices.count)
      shared.sampled /= Double(devices.count)
      sum = shared
    }
    let done = Sum(
      amount: sum, percentiles: total?.percentiles(95),
      problem: reason.map { "\(unread) of \(devices.count) devices cannot be read in full: \($0)" }, made: made,
      cost: Double((ContinuousClock.now - clock).components.seconds) + 1)
    state.withLock { state in
      state.task = nil
      state.sum = done
    }
  }
}

extension UsageBuckets {
  /// Adds what is known of another device: the sum of a fleet goes on while one of its devices is unknown.
  mutating func addKnown(_ other: UsageBuckets) {
    guard other.start == start else { return }
    for index in values.indices where index < other.values.count {
      guard let theirs = other.values[index] else { continue }
      let mine = values[index] ?? (0, 0)
      values[index] = (Saturating.add(mine.rx, theirs.rx), Saturating.add(mine.tx, theirs.tx))
    }
  }
}
