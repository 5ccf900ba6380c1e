import Shared

/// `/api/v1/usage`.
struct UsageResponse {
  let request: UsageRequest
  let answer: UsageService.Answer
  let quota: UsageQuota?

  var json: JSONOutput {
    var output = JSONOutput(capacity: 1024 + answer.amounts.count * 140)
    output.object {
      $0.member("device", request.subject.device.name)
      $0.member("interface", request.subject.interface?.name)
      $0.member("by", request.unit.rawValue)
      $0.member("month", request.month?.name)
      $0.member("billingDay", request.subject.calendar.day)
      $0.member("timeZone", request.subject.calendar.zoneName)
      $0.key("rows")
      $0.array { for amount in answer.amounts { $0.object { Self.members(amount, &$0) } } }
      $0.key("total")
      $0.object {
        Self.members(answer.total, &$0)
        $0.member("exact", !answer.total.isShared)
        $0.member("lowerBound", answer.total.flags.contains(.reset))
      }
      $0.key("quota")
      if let quota {
        $0.object {
          $0.member("limit", quota.limit)
          $0.member("used", quota.used)
          $0.member("forecast", quota.forecast)
        }
      } else {
        $0.value(String?.none)
      }
      if let problem = answer.problem { $0.member("problem", problem) }
    }
    return output
  }

  private static func members(_ amount: UsageAmount, _ output: inout JSONOutput) {
    let isKnown = !amount.isUnknown
    output.member("from", amount.from)
    output.member("to", amount.to)
    output.member("in", isKnown ? amount.rx : nil)
    output.member("out", isKnown ? amount.tx : nil)
    output.member("sum", isKnown ? amount.sum : nil)
    output.member("coverage", amount.coverage)
    output.member("sampled", amount.sampledShare)
    output.member("flags", amount.flagText)
  }

  var csv: [UInt8] {
    var text = CSVText(["from", "to", "in", "out", "sum", "coverage", "sampled", "flags"])
    for amount in answer.amounts { text.row(Self.cells(amount)) }
    return text.bytes
  }

  static func cells(_ amount: UsageAmount) -> [CSVText.Cell] {
    let isKnown = !amount.isUnknown
    return [
      .number(UInt64(amount.from)), .number(UInt64(amount.to)), .number(isKnown ? amount.rx : nil),
      .number(isKnown ? amount.tx : nil), .number(isKnown ? amount.sum : nil), .share(amount.coverage),
      .share(amount.sampledShare), .text(amount.flagText),
    ]
  }
}

extension UsageAmount {
  /// `g`: bytes of gaps that the counters closed; `r`: a lower bound; `p`: the bytes of part of the time are not known.
  var flagText: String {
    var flags = flags
    if isPartial { flags.insert(.partial) }
    return flags.text
  }
}

/// `/api/v1/percentile`.
struct PercentileResponse {
  let subject: UsageSubject
  let span: Range<Int>
  let month: BillingCalendar.Month
  let p: Double
  let values: UsageBuckets.Percentiles

  var json: JSONOutput {
    var output = JSONOutput()
    output.object {
      $0.member("device", subject.device.name)
      $0.member("interface", subject.interface?.name)
      $0.member("month", month.name)
      $0.member("p", p)
      $0.member("unit", "bit/s")
      $0.member("from", span.lowerBound)
      $0.member("to", span.upperBound)
      $0.member("samples", values.samples)
      $0.member("missing", values.missing)
      $0.member("coverage", values.coverage)
      $0.member("in", values.rx)
      $0.member("out", values.tx)
      $0.member("larger", values.larger)
      $0.member("sum", values.sum)
    }
    return output
  }

  var csv: [UInt8] {
    var text = CSVText(["from", "to", "samples", "missing", "coverage", "in", "out", "larger", "sum"])
    text.row(
      [
        .number(UInt64(span.lowerBound)), .number(UInt64(span.upperBound)), .number(UInt64(values.samples)),
        .number(UInt64(values.missing)), .share(values.coverage),
      ] + [values.rx, values.tx, values.larger, values.sum].map { .real($0) })
    return text.bytes
  }
}
