import Shared
import Testing

struct SecretTests {
  @Test func showsItselfNowhere() {
    let secret = Secret("hunter2")
    struct Holder { let secret: Secret }
    var dumped = ""
    dump(Holder(secret: secret), to: &dumped)
    let texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), String(describing: Holder(secret: secret)),
      String(reflecting: [secret]), String(describing: Optional(secret)), dumped,
    ]
    for text in texts {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("[redacted]"))
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
    #expect(secret.reveal() == "hunter2")
  }

  @Test func comparesWholeTexts() {
    #expect(Secret("abc") == Secret("abc"))
    #expect(Secret("abc") != Secret("abd"))
    #expect(Secret("abc") != Secret("abcd"))
    #expect(Secret("") == Secret(""))
  }
}
