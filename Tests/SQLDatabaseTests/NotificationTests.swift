import SQLDatabase
import TestSupport
import Testing

@Suite("Notifications wake whoever listens elsewhere")
struct NotificationTests {
    @Test("A listener is woken as soon as it listens", arguments: TestEngine.allCases)
    func welcome(on engine: TestEngine) async throws {
        try await withTestDatabase(engine) { db in
            var first = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await first.next() != nil)
            var second = db.notifications(on: "ledger").makeAsyncIterator()
            #expect(await second.next() != nil)
        }
    }

    @Test(
        "Another process's notification wakes every listener of its channel, and nobody else",
        .enabled(if: TestEngine.allCases.contains(.postgres)))
    func waking() async throws {
        try await withTwoProcesses { here, there in
            var ledger = here.notifications(on: "ledger").makeAsyncIterator()
            var outbox = here.notifications(on: "out\"box").makeAsyncIterator()
            var late = here.notifications(on: "ledger").makeAsyncIterator()
            _ = (await ledger.next(), await outbox.next(), await late.next())

            try await there.notify("out\"box")
            #expect(await outbox.next() != nil)

            // Had the outbox's wake-up reached the ledger, it would have merged with this one or still be waiting.
            try await there.notify("ledger")
            #expect(await ledger.next() != nil)
            #expect(await late.next() != nil)
        }
    }

    @Test("Nobody is woken by a notification of their own", .enabled(if: TestEngine.allCases.contains(.postgres)))
    func own() async throws {
        try await withTwoProcesses { here, there in
            var (ledger, outbox) = (
                here.notifications(on: "ledger").makeAsyncIterator(), here.notifications(on: "outbox").makeAsyncIterator()
            )
            _ = (await ledger.next(), await outbox.next())

            try await here.notify("ledger")
            // Notifications arrive in the order of their commits.
            try await there.notify("outbox")
            #expect(await outbox.next() != nil)
            await here.close()

            #expect(await ledger.next() == nil)
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

    @Test("Another installation in the same database hears nothing", .enabled(if: TestEngine.allCases.contains(.postgres)))
    func strangers() async throws {
        try await withTwoProcesses { here, there in
            var listener = there.notifications(on: "ledger").makeAsyncIterator()
            #expect(await listener.next() != nil)

            try await withTestDatabase(.postgres) { stranger in try await stranger.notify("ledger") }
            await there.close()

            // A stranger's notification would have been buffered until now.
            #expect(await listener.next() == nil)
            try await here.notify("ledger")
        }
    }

    private func withTwoProcesses(_ work: (any Database, any Database) async throws -> Void) async throws {
        try await withTestDatabaseURL(.postgres) { url in
            let here = try await Databases.open(url, options: .forTests), there = try await Databases.open(url, options: .forTests)
            try await work(here, there)
            await here.close()
            await there.close()
        }
    }
}
