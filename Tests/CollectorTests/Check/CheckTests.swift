import Foundation
import Shared
import Testing

@testable import Collector

@Suite struct CheckTests {
  @Test func policiesThatAreNeededAndThereAreFine() {
    let (error, hint) = RightsCheck(user: "tikwatch").judge(
      group: "tikwatch", policy: "read,api,!write,!policy,!reboot,!sensitive")
    #expect(error == nil && hint == nil)
  }

  @Test func aMissingPolicyNamesTheCommandThatGrantsIt() {
    let (error, hint) = RightsCheck(user: "tikwatch").judge(group: "my \"group\"", policy: "ssh,read,!api,!write")
    #expect(error == #"the group "my \"group\"" lacks the policy api"#)
    #expect(hint == #"/user group set "my \"group\"" policy=ssh,read,api"#)
  }

  @Test func moreThanIsNeededIsSaid() {
    let (error, hint) = RightsCheck(user: "admin").judge(group: "full", policy: "local,read,write,policy,api")
    #expect(error == nil)
    #expect(hint?.hasPrefix("more than is needed (write, policy): /user group add name=tikwatch policy=api,read") == true)
  }

  private static let report = CheckReport([
    .init(
      name: "a\u{1B}[2J",
      steps: [
        .init(step: .dns, name: "h", error: nil, hint: nil, ms: 0.04),
        .init(step: .tcp, name: "h:8728", error: "connection refused", hint: "/ip service set api", ms: 1234.5),
      ])
  ])

  @Test func theTableIsPlainWithoutATerminal() {
    #expect(
      CheckTable().lines(Self.report) == [
        "a\u{FFFD}[2J  failed", "  ok    dns     h           0.0 ms", "  FAIL  tcp     h:8728     1235 ms",
        "        connection refused", "        → /ip service set api",
      ])
    #expect(CheckTable(isColoured: true).lines(Self.report).joined().contains("\u{1B}[31mFAIL\u{1B}[0m"))
  }

  @Test func longAdviceGoesOnBelowItself() {
    let step = CheckReport.Step(
      step: .tcp, name: "h", error: "it answers with much", hint: "do this and that; then look again", ms: 1)
    #expect(
      CheckTable(width: 32).lines(CheckReport([.init(name: "a", steps: [step])])).dropFirst(2) == [
        "        it answers with much", "        → do this and that; then", "          look again",
      ])
  }

  @Test func theJSONIsTheContracts() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(
      String(decoding: try encoder.encode(Self.report), as: UTF8.self) == """
        {"devices":[{"name":"a\\u001b[2J","ok":false,"steps":[\
        {"error":null,"hint":null,"ms":0.04,"name":"h","ok":true,"step":"dns"},\
        {"error":"connection refused","hint":"/ip service set api","ms":1234.5,"name":"h:8728","ok":false,"step":"tcp"}]}],"ok":false}
        """)
  }
}
