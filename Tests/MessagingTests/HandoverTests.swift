import Foundation
import Synchronization
import Testing

@testable import Messaging

@Suite("Events on their way in memory")
struct HandoverTests {
    @Test("Accounts take turns, and the next look goes on where the last one stopped")
    func turns() {
        let handover = Handover()
        handover.add("a", of: ["1", "1", "1", "2", "3"])

        let first = handover.take(.everybody, 2), second = handover.take(), third = handover.take()

        #expect(first == ["a.0", "a.3"])
        #expect(second == ["a.4", "a.1", "a.2"])
        #expect(third.isEmpty)
    }

    @Test("A flood for one landlord is cut into shares; whoever comes after it has a turn in each look")
    func share() {
        let handover = Handover()
        handover.add("a", of: ["1", "1", "1", "1", "1", "2", "2"])

        let first = handover.take(share: 2)
        handover.add("b", of: ["3"])
        let second = handover.take(share: 2), third = handover.take(share: 2)

        #expect(first == ["a.0", "a.5", "a.1", "a.6"])
        #expect(second == ["a.2", "b.0", "a.3"])
        #expect(third == ["a.4"])
    }

    @Test("A body that tells of many things at once is as much as many events of its account")
    func heavy() {
        let handover = Handover()
        handover.add("a", of: ["1", "1", "1", "2"], bytes: 100_000)

        let first = handover.take(share: 64), second = handover.take(share: 64)

        #expect(first == ["a.0", "a.3"] && second == ["a.1"])
    }

    @Test("A look is bounded in bytes, and never less than an event")
    func bytes() {
        let handover = Handover()
        handover.add("a", of: ["1", "1", "1"], bytes: 10)

        let some = handover.take(bytes: 15), one = handover.take(bytes: 1)

        #expect(some == ["a.0", "a.1"] && one == ["a.2"])
    }

    @Test("Nothing is handed over before the applier takes, nor what has no room; who overflowed queues in the tables until they are empty")
    func room() {
        let handover = Handover()
        let closed = handover.admits("1", 0)
        handover.open()
        let largest = handover.admits("1", Handover.roomOfAccount), larger = handover.admits("2", Handover.roomOfAccount + 1)
        handover.add("a", of: ["1"], bytes: Handover.roomOfAccount - 10)
        let rest = handover.admits("1", 10), beyond = handover.admits("1", 11), somebodyElse = handover.admits("3", 11)
        _ = handover.take()
        let behind = handover.admits("1", 0), overflowing = handover.isOverflowing
        handover.open()
        let again = handover.admits("1", Handover.roomOfAccount)

        #expect([closed, larger, beyond, behind] == [false, false, false, false])
        #expect([largest, rest, somebodyElse, again] == [true, true, true, true])
        #expect(overflowing && !handover.isOverflowing)
    }

    @Test("Many accounts together find no more room than there is")
    func wholeRoom() {
        let handover = Handover()
        handover.open()
        for account in 1...8 { handover.add("\(account)", of: ["\(account)"], bytes: Handover.roomOfAccount) }

        #expect(handover.admits("9", 0) && !handover.admits("10", 1))
    }

    @Test("An account with more than its room is told from those for whom there was none left, until the tables are empty")
    func floods() {
        let handover = Handover()
        handover.open()
        let flood = handover.admits(["1": Handover.roomOfAccount + 1, "2": 1])
        for account in 3...10 { handover.add("\(account)", of: ["\(account)"], bytes: Handover.roomOfAccount) }
        let crowd = handover.admits(["1": 1, "11": 1])
        handover.open()
        let later = handover.admits(["11": 0])

        #expect(flood.admitted == ["2"] && flood.flooding == ["1"])
        #expect(crowd.admitted.isEmpty && crowd.flooding == ["1"])
        #expect(later.admitted == ["11"] && later.flooding.isEmpty)
    }

    @Test("Who floods can be left out and taken alone, everybody in the order of their turns")
    func choice() {
        let handover = Handover()
        handover.open()
        handover.add("a", of: ["1", "2", "1", "3", "1", "2"])
        _ = handover.admits(["1": Handover.roomOfAccount])

        let calm = handover.take(.calm, 2), flooding = handover.take(.flooding, 2)
        handover.add("b", of: ["1"])

        #expect(calm == ["a.1", "a.3"] && flooding == ["a.0", "a.2"])
        #expect(handover.take(.calm) == ["a.5"] && handover.take(.calm).isEmpty)
        #expect(handover.take() == ["a.4", "b.0"])
    }

    @Test("What lay too long is left to the tables, and so is its batch; what came later goes on")
    func tooLong() {
        let time = Instants()
        let handover = Handover { time.now }
        handover.open()
        handover.add("a", of: ["1", "1"])
        time.advance(by: Handover.longestStay - .milliseconds(1))
        let early = handover.take(events: 1, share: 100, bytes: .max)
        handover.add("b", of: ["1"])
        time.advance(by: .milliseconds(1))

        let late = handover.take(), finished = handover.applied(early)

        #expect(early.map { "\($0.id)" } == ["a.0"] && late == ["b.0"])
        #expect(finished.isEmpty, "half of it was not applied here")
        #expect(handover.admits("9", Handover.roomOfAccount))
    }

    @Test("A batch is finished with the last of its events, once")
    func finished() {
        let handover = Handover()
        handover.add("a", of: ["1", "2", "1"])
        handover.add("b", of: ["1"])
        let taken = handover.take(events: 100, share: 100, bytes: .max)

        let half = handover.applied(Array(taken.prefix(2))), whole = handover.applied(Array(taken.dropFirst(2)))

        #expect(taken.map { "\($0.id)" } == ["a.0", "a.1", "a.2", "b.0"])
        #expect(half.isEmpty && whole == ["a", "b"])
        #expect(handover.applied(taken).isEmpty)
    }

    @Test("Batches that were given up, and those on their way when it closes, are told once and never finished")
    func givenUp() {
        let handover = Handover()
        handover.open()
        for batch in ["a", "b", "c"] { handover.add(batch, of: ["1"]) }
        let taken = handover.take(events: 2, share: 100, bytes: .max)

        let lost = handover.giveUp(Array(taken.prefix(1))), finished = handover.applied(taken)
        let onTheirWay = handover.close()

        #expect(lost == ["a"] && finished == ["b"] && onTheirWay == ["c"])
        #expect(handover.take().isEmpty && handover.close().isEmpty && !handover.admits("1", 0))
    }
}

extension Handover {
    /// Whether one account's event would be handed over.
    func admits(_ account: String, _ bytes: Int) -> Bool { !admits([account: bytes]).admitted.isEmpty }

    /// A batch with an event for each account that is named.
    func add(_ batch: String, of accounts: [String], bytes: Int = 1) {
        let body = [UInt8](repeating: 32, count: bytes)
        add(
            batch,
            accounts.enumerated().map { place, account in
                (account, LedgerEvent(id: LedgerEvent.ID(batch: batch, place: place), receivedAt: Date(milliseconds: 0), body: body))
            })
    }

    /// The next events, by name.
    func take(_ choice: Choice = .everybody, _ limit: Int = 100, share: Int = 100, bytes: Int = .max) -> [String] {
        take(choice, events: limit, share: share, bytes: bytes).map { "\($0.id)" }
    }
}

/// A clock that moves when a test says so.
private final class Instants: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) {
        instant.withLock { $0 += duration }
    }
}
