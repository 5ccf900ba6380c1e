import Testing

@Test func placeholderFakeDevice() {}
