import Testing

@Test("The target builds") func builds() {}
