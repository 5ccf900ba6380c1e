import Shared
import Testing

@Suite struct SecretTests {
  private struct Holder {
    var password = Secret("hunter2")
  }

  @Test func isNeverPrinted() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(Holder(), to: &dumped)
    let texts = [
      "\(secret)", String(reflecting: secret), "\(Holder())", String(reflecting: [secret]), String(describing: secret as Secret?),
      dumped,
    ]
    for text in texts {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("redacted") || text == dumped)
    }
  }

  @Test func isThereForThoseWhoAsk() {
    #expect(Secret("hunter2").reveal() == "hunter2")
    #expect(Secret("a") == Secret("a"))
    #expect(Secret("a") != Secret("b"))
  }
}
