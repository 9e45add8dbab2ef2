import SQLDatabase
import TestSupport
import Testing

@Suite("Notifications wake whoever listens")
struct NotificationTests {
    @Test("A listener is woken as soon as it listens, and by each notification of its own channel", arguments: TestEngine.allCases)
    func waking(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            var ledger = db.notifications(on: "ledger").makeAsyncIterator()
            var outbox = db.notifications(on: "out\"box").makeAsyncIterator()
            #expect(await ledger.next() != nil)
            #expect(await outbox.next() != nil)

            try await db.notify("out\"box")
            #expect(await outbox.next() != nil)

            // Had the outbox's wake-up reached the ledger, it would have merged with this one or still be waiting.
            try await db.notify("ledger")
            #expect(await ledger.next() != nil)
        }
    }

    @Test("Two listeners on one channel are both woken, also the later one", arguments: TestEngine.allCases)
    func twoListeners(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            var first = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await first.next() != nil)
            var second = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await second.next() != nil)

            try await db.notify("ledger")

            #expect(await first.next() != nil)
            #expect(await second.next() != nil)
        }
    }

    @Test("Closing the database ends its streams", arguments: TestEngine.allCases)
    func closing(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            var listener = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await listener.next() != nil)

            await db.close()

            #expect(await listener.next() == nil)
            var late = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await late.next() == nil)
        }
    }

    @Test("On PostgreSQL another process hears it; another installation in the same database does not")
    func otherProcess() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withTestDatabaseURL(.postgres) { url in
            let (here, there) = (try await Databases.open(url, options: .forTests), try await Databases.open(url, options: .forTests))
            var listener = there.notifications(on: "ledger").makeAsyncIterator()
            #expect(await listener.next() != nil)

            try await withTestDatabase(.postgres) { stranger in
                try await stranger.notify("ledger")
                var own = stranger.notifications(on: "ledger").makeAsyncIterator()
                #expect(await own.next() != nil)
            }
            try await here.notify("ledger")
            #expect(await listener.next() != nil)
            await here.close()
            await there.close()

            // Nothing else had come: the stranger's notification would have been buffered until now.
            #expect(await listener.next() == nil)
        }
    }
}
