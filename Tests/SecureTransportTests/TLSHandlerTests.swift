import COpenSSL
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import SecureTransport

/// The handler byte by byte, without sockets.
@Suite struct TLSHandlerTests {
  private static let policies: [(TLSPolicy, Bool)] = [(.encryptOnly, true), (.encryptOnly, false), (.anonymous, false)]

  @Test(arguments: policies, [1, 2, 5, 17, 1000]) func anySplitOfTheBytesWillDo(mode: (TLSPolicy, Bool), size: Int) throws {
    let pair = try EmbeddedPair.make(mode.0, tls13: mode.1)
    try pair.pump(pieces: size)
    let details = try pair.clientHandshake.wait()
    #expect(try pair.serverHandshake.wait().cipher == details.cipher)
    let question = Array((0..<40_000).map { UInt8(truncatingIfNeeded: $0) })
    for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
      to.read()
      let written = from.writeAndFlush(ByteBuffer(bytes: question))
      var answer: [UInt8] = []
      let cipherText = try pair.take(from)
      for start in stride(from: 0, to: cipherText.count, by: size) {
        pair.deliver(Array(cipherText[start..<min(start + size, cipherText.count)]), to: to)
        answer += try pair.plain(to)
        to.read()
      }
      #expect(answer == question)
      try written.wait()
    }
    #expect(pair.failures.isEmpty)
  }

  @Test func plainTextWaitsUntilItIsAskedFor() throws {
    let pair = try EmbeddedPair.make()
    try pair.pump()
    pair.server.writeAndFlush(ByteBuffer(string: "early"), promise: nil)
    try pair.pump()
    #expect(try pair.plain(pair.client).isEmpty)
    pair.client.read()
    #expect(try pair.plain(pair.client) == Array("early".utf8))
    pair.server.writeAndFlush(ByteBuffer(string: "late"), promise: nil)
    try pair.pump()
    #expect(try pair.plain(pair.client).isEmpty)
    pair.cutClient()
    #expect(try pair.plain(pair.client) == Array("late".utf8), "what arrived before the end is not lost")
    #expect(pair.failures == [.truncated])
  }

  @Test func whatIsWrittenTooEarlyIsSentAfterTheHandshakeInOrder() throws {
    let pair = try EmbeddedPair.make()
    let writes = ["one ", "", "two ", "three"].map { pair.client.writeAndFlush(ByteBuffer(string: $0)) }
    let closed = pair.client.close(mode: .output)
    #expect(try pair.take(pair.server).isEmpty)
    pair.server.read()
    try pair.pump()
    for write in writes { try write.wait() }
    #expect(try pair.plain(pair.server) == Array("one two three".utf8))
    _ = closed  // an embedded channel cannot be half closed below; the end was sent all the same
    #expect(throws: ChannelError.self) { try pair.client.writeAndFlush(ByteBuffer(string: "more")).wait() }
  }

  @Test func tooMuchBeforeTheHandshakeEndsTheConnection() throws {
    let pair = try EmbeddedPair.make()
    let first = pair.client.writeAndFlush(ByteBuffer(repeating: 1, count: TLSHandler.queueLimit))
    let second = pair.client.writeAndFlush(ByteBuffer(repeating: 1, count: 1))
    let failure = TLSFailure.tooMuchQueued(limit: TLSHandler.queueLimit)
    #expect(throws: failure) { try first.wait() }
    #expect(throws: failure) { try second.wait() }
    #expect(throws: failure) { try pair.clientHandshake.wait() }
    #expect(!pair.client.isActive)
  }

  @Test func aWriteIsDoneWhenItsCipherTextIs() throws {
    let pair = try EmbeddedPair.make()
    try pair.pump()
    var isDone = false
    let write = pair.client.write(ByteBuffer(repeating: 7, count: 200_000))
    write.assumeIsolated().whenSuccess { isDone = true }
    #expect(!isDone)
    pair.client.flush()
    #expect(isDone)
    pair.server.read()
    try pair.pump()
    #expect(try pair.plain(pair.server) == [UInt8](repeating: 7, count: 200_000))
  }

  @Test(arguments: [1, 3, 100, 500]) func theHandshakeHasADeadline(bytes: Int) throws {
    let pair = try EmbeddedPair.make()
    pair.deliver(try pair.take(pair.client), to: pair.server)
    pair.deliver(Array(try pair.take(pair.server).prefix(bytes)), to: pair.client)
    (pair.client.eventLoop as? EmbeddedEventLoop)?.advanceTime(by: .seconds(5))
    pair.noteFailures()
    #expect(pair.failures == [.handshakeTimeout(.seconds(5), received: bytes)])
    #expect(throws: TLSFailure.handshakeTimeout(.seconds(5), received: bytes)) { try pair.clientHandshake.wait() }
    #expect(!pair.client.isActive)
  }

  @Test func theDeadlineEndsWithTheHandshake() throws {
    let pair = try EmbeddedPair.make()
    try pair.pump()
    (pair.client.eventLoop as? EmbeddedEventLoop)?.advanceTime(by: .hours(1))
    #expect(pair.client.isActive)
  }

  @Test(arguments: policies) func anEndAtEveryByteOfTheHandshakeIsSaid(mode: (TLSPolicy, Bool)) throws {
    let whole = try EmbeddedPair.make(mode.0, tls13: mode.1)
    try whole.pump()
    // Signatures differ in length by a byte or two.
    for count in stride(from: 0, to: whole.toClient - 8, by: max(1, whole.toClient / 60)) {
      let pair = try EmbeddedPair.make(mode.0, tls13: mode.1)
      var left = count
      try pair.pump { bytes in
        bytes = Array(bytes.prefix(left))
        left -= bytes.count
      }
      pair.cutClient()
      #expect(pair.failures == [.closedInHandshake(received: count, detail: nil)])
      #expect(throws: TLSFailure.closedInHandshake(received: count, detail: nil)) { try pair.clientHandshake.wait() }
    }
  }

  @Test(arguments: policies) func aChangedByteAnywhereInTheHandshakeIsNoticed(mode: (TLSPolicy, Bool)) throws {
    let whole = try EmbeddedPair.make(mode.0, tls13: mode.1)
    try whole.pump()
    for position in stride(from: 0, to: whole.toClient, by: 13) {
      let pair = try EmbeddedPair.make(mode.0, tls13: mode.1)
      var offset = 0
      try pair.pump { bytes in
        if (offset..<offset + bytes.count).contains(position) { bytes[position - offset] ^= 0x41 }
        offset += bytes.count
      }
      pair.cutClient()
      // Which end notices first depends on the place; neither may come through with it.
      if position < whole.toClient - 8 { #expect(throws: (any Error).self) { try pair.clientHandshake.wait() } }
    }
  }

  @Test func aChangedByteInASessionIsNoticed() throws {
    for tls13 in [true, false] {
      let pair = try EmbeddedPair.make(tls13: tls13)
      try pair.pump()
      pair.client.read()
      pair.server.writeAndFlush(ByteBuffer(string: "0123456789"), promise: nil)
      var bytes = try pair.take(pair.server)
      bytes[bytes.count - 3] ^= 1
      pair.deliver(bytes, to: pair.client)
      #expect(pair.failures.map(\.code) == ["violation"])
      #expect(try pair.plain(pair.client).isEmpty)
      #expect(!pair.client.isActive)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-ROSSSH\r\n", "\u{6}!fatal\u{11}too many sessions\u{0}", "\u{15}\u{16}",
    "\u{16}!",
    "\u{17}\u{3}\u{3}", "\u{0}",
  ])
  func anotherProtocolIsRecognisedByItsFirstBytes(greeting: String) throws {
    for size in [1, 100] {
      let pair = try EmbeddedPair.make()
      pair.deliver(Array(greeting.utf8), to: pair.client, size)
      #expect(pair.failures.first?.code == "no-tls")
      #expect(pair.failures.first?.description.hasPrefix("no TLS on that port (it sent \"") == true)
      #expect(!pair.client.isActive)
      let server = try EmbeddedPair.make()
      server.deliver(Array(greeting.utf8), to: server.server, size)
      #expect(server.failures.first?.code == "no-tls")
    }
  }

  @Test func randomBytesNeverPass() throws {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      let pair = try EmbeddedPair.make()
      let count = Int.random(in: 1...3000, using: &generator)
      var garbage = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      // Most begin as a record would, to get further in.
      if Bool.random(using: &generator) { garbage.replaceSubrange(0..<min(3, count), with: [22, 3, 3].prefix(count)) }
      pair.deliver(garbage, to: pair.client, Int.random(in: 1...count, using: &generator))
      pair.cutClient()
      #expect(pair.failures.count == 1)
      #expect(throws: TLSFailure.self) { try pair.clientHandshake.wait() }
    }
  }

  /// Damage in either direction, in any number of places: the handshake ends in one way or the other, and no other plain text comes out
  /// than went in.
  @Test(arguments: policies, 1...4 as ClosedRange<UInt64>) func damagedSessionsEnd(mode: (TLSPolicy, Bool), seed: UInt64) throws {
    var mutator = Mutator(
      seed: seed, corpus: [[22, 3, 3, 0, 4], [21, 3, 3, 0, 2, 2, 40], [20, 3, 3, 0, 1, 1], [23, 3, 3, 0xFF, 0xFF]])
    let said = Array("said by the server, word by word".utf8)
    for _ in 0..<Mutator.rounds / 20 {
      let pair = try EmbeddedPair.make(mode.0, tls13: mode.1)
      pair.client.read()
      pair.server.writeAndFlush(ByteBuffer(bytes: said), promise: nil)
      let spared = Int.random(in: 0...2, using: &mutator.random)
      var flights = 0
      try pair.pump(pieces: Int.random(in: 1...2000, using: &mutator.random)) { bytes in
        flights += 1
        if flights > spared { mutator.damage(&bytes) }
        if flights > 20 { bytes = [] }
      }
      pair.cutClient()
      #expect(pair.failures.count <= 2, "\(pair.failures)")
      #expect(said.starts(with: try pair.plain(pair.client)))
      var isSettled = false
      pair.clientHandshake.assumeIsolated().whenComplete { _ in isSettled = true }
      #expect(isSettled)
    }
  }

  @Test func recordsLargerThanAllowedAreRefused() throws {
    for header in [[22, 3, 3, 0xFF, 0xFF], [22, 3, 1, 0x48, 0x01]] as [[UInt8]] {
      let pair = try EmbeddedPair.make()
      pair.deliver(header + [UInt8](repeating: 2, count: 70_000), to: pair.client, 16_000)
      #expect(pair.failures.map(\.code) == ["violation"])
    }
    // A handshake message that claims 16 MB.
    let pair = try EmbeddedPair.make()
    pair.deliver([22, 3, 3, 0, 4, 2, 0xFF, 0xFF, 0xFF], to: pair.client)
    #expect(pair.failures.map(\.code) == ["violation"])
  }

  @Test func anEndInGoodOrderIsNoFailure() throws {
    let pair = try EmbeddedPair.make()
    try pair.pump()
    pair.client.read()
    pair.server.writeAndFlush(ByteBuffer(string: "bye"), promise: nil)
    pair.server.close(promise: nil)
    try pair.pump()
    #expect(try pair.plain(pair.client) == Array("bye".utf8))
    #expect(pair.failures.isEmpty)
    #expect(!pair.client.isActive)
  }

  @Test func aPeerThatAsksAndNeverListensIsCutOff() throws {
    let pair = try EmbeddedPair.make()
    try pair.pump()
    var answered = 0
    for isHeard in [true, false] {
      pair.client.isWritable = isHeard
      for _ in 0..<1000 where pair.client.isActive {
        // A request for new keys, 26 bytes, which has to be answered.
        #expect(SSL_key_update(pair.serverHandler.session.ssl, SSL_KEY_UPDATE_REQUESTED) == 1)
        #expect(SSL_do_handshake(pair.serverHandler.session.ssl) == 1)
        pair.client.read()
        pair.deliver(Array(pair.serverHandler.session.takeOutput(ByteBufferAllocator()).readableBytesView), to: pair.client)
        answered += try pair.take(pair.client).count
      }
      #expect(pair.client.isActive == isHeard)
    }
    #expect(pair.failures == [.notReading])
    #expect(answered > TLSHandler.unheardLimit)
  }

  @Test func closingInTheHandshakeBreaksItsPromise() throws {
    let pair = try EmbeddedPair.make()
    let write = pair.client.writeAndFlush(ByteBuffer(string: "never"))
    pair.client.close(promise: nil)
    #expect(throws: TLSFailure.abandoned) { try pair.clientHandshake.wait() }
    #expect(throws: TLSFailure.abandoned) { try write.wait() }
    #expect(throws: ChannelError.ioOnClosedChannel) { try pair.client.writeAndFlush(ByteBuffer(string: "x")).wait() }
  }

  @Test func aHostNameThatCannotBeUsedIsAFailure() throws {
    let pair = try EmbeddedPair.make(host: "router\0.test")
    #expect(throws: TLSFailure.setup("the host name contains a NUL")) { try pair.clientHandshake.wait() }
    #expect(!pair.client.isActive)
    for host in ["", ".", ".router.test"] {
      let pair = try EmbeddedPair.make(host: host)
      #expect(throws: TLSFailure.setup("\"\(host)\" is no host name")) { try pair.clientHandshake.wait() }
    }
    let long = try EmbeddedPair.make(host: String(repeating: "x", count: 300))
    #expect(throws: TLSFailure.self) { try long.clientHandshake.wait() }
  }
}
