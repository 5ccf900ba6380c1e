import Testing

@testable import Collector

@Suite struct EditorProcessTests {
  @Test(arguments: [
    ("vi", ["vi"]), ("  code --wait\t-n ", ["code", "--wait", "-n"]), ("'my editor' \"a b\"c ''", ["my editor", "a bc", ""]),
    ("a\\ b \"c\\\"d\" '\\'", ["a b", "c\"d", "\\"]),
  ])
  func commandsAreSplitAsAShellWould(command: String, words: [String]) throws {
    #expect(try EditorProcess(command: command).words == words)
  }

  @Test(arguments: ["", "  ", "'open", "a \"b", "''"])
  func whatNamesNoEditorIsRefused(command: String) {
    #expect(throws: CommandFailure.self) { try EditorProcess(command: command) }
  }

  @Test func theOptionGoesFirstThenTheEnvironment() throws {
    let both = ["VISUAL": "v", "EDITOR": "e", "PATH": "/nonexistent"]
    #expect(try EditorProcess.chosen("o", both).words == ["o"])
    #expect(try EditorProcess.chosen(nil, both).words == ["v"])
    #expect(try EditorProcess.chosen(nil, ["VISUAL": "", "EDITOR": "e"]).words == ["e"])
    #expect(throws: CommandFailure.self) { try EditorProcess.chosen(nil, ["PATH": "/nonexistent"]) }
  }
}
