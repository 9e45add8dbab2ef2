@testable import Messaging
import SQLDatabase
import Testing

@testable import MessagingWeb

/// What an error means to whoever asked.
@Suite struct RefusalTests {
    @Test(
        "What passes by itself is a 503 that says when to come again",
        arguments: [
            LedgerFull() as any Error, DatabaseError.busy, DatabaseError.unavailable("gone"), DatabaseError.serialization,
            DatabaseError.timedOut,
            DatabaseError.diskFull,
        ])
    func passing(error: any Error) throws {
        let refusal = try #require(Refusal(error))

        #expect(refusal.status == .serviceUnavailable)
        #expect(refusal.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
    }

    @Test("Faults of ours are told to the log only")
    func faults() {
        #expect(Refusal(DatabaseError.misuse("secret SQL")) == nil)
        #expect(Refusal(DatabaseError.notDurable("disk")) == nil)
        #expect(Refusal(CancellationError()) == nil)
    }

    @Test("Every refusal to send keeps its code for programs and its words for people")
    func sends() throws {
        for refusal in [SendRefusal.noLine, .windowClosed, .noOptIn, .optedOut, .templateNotApproved(status: "PAUSED"), .stillChecking] {
            let answer = try #require(Refusal(refusal))
            #expect(answer.status == .unprocessableContent)
            #expect(answer.code == refusal.code && answer.message == refusal.message)
        }
    }
}
