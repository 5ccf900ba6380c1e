import Testing

@Test func placeholderWebNode() {}
