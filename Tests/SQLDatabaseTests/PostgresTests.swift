import Foundation
import SQLDatabase
import TestSupport
import Testing

@Suite("PostgreSQL may misbehave, callers notice as little as possible", .enabled(if: TestEngine.allCases.contains(.postgres)))
struct PostgresTests {
    @Test("A table changed by a migration elsewhere does not break prepared statements, in one statement or in many")
    func stalePlans() async throws {
        try await withTenants(on: .postgres, options: .oneConnection) { db in
            let query: SQL = "SELECT * FROM notes WHERE id = \("1")"
            let insertion: @Sendable (Int) -> SQL = {
                "INSERT INTO notes (id, tenant_id, text) VALUES (\("\($0)"), 'tom', 'x') RETURNING *"
            }
            try await db.write { try $0.execute(each: [1], insertion) }
            let before = try await db.read { try $0.rows(query) }

            try await db.write { try $0.executeScript("ALTER TABLE notes ADD COLUMN language TEXT") }

            let after = try await db.read { try $0.rows(query) }
            let changed = try await db.write { try $0.execute(each: [2, 3], insertion) }
            #expect(before.first?.columns == ["id", "tenant_id", "text"])
            #expect(after.first?.columns == ["id", "tenant_id", "text", "language"])
            #expect(changed == [1, 1])
        }
    }

    @Test("More statements than the cache holds all work, and the cache stays bounded at the server")
    func manyStatements() async throws {
        try await withTenants(on: .postgres, options: .oneConnection) { db in
            try await db.read { connection in
                for number in 0..<400 {
                    let aside = SQL(stringLiteral: "\(number)")
                    let answer = try connection.first(Int.self, "SELECT \(aside) + CAST(\(1) AS BIGINT)")
                    #expect(answer == number + 1)
                }
            }

            let prepared = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM pg_prepared_statements") }
            #expect(try #require(prepared) <= 256)
        }
    }

    @Test("Whichever connection worked last is asked first, so that few have to know the statements")
    func lastFirst() async throws {
        try await withTenants(on: .postgres) { db in
            let (arrived, leave) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let crowd = (0..<4).map { _ in
                Task {
                    try await db.read { connection in
                        arrived.signal()
                        leave.wait()
                        return try connection.first(Int.self, "SELECT pg_backend_pid()")
                    }
                }
            }
            for _ in crowd { await waitAside(for: arrived) }
            for _ in crowd { leave.signal() }
            var opened: Set<Int?> = []
            for task in crowd { opened.insert(try await task.value) }

            var used: Set<Int> = []
            for _ in 0..<20 { used.insert(try await db.session()) }

            #expect(opened.count == 4)
            #expect(used.count == 1)
        }
    }

    @Test("A session that the server ended is replaced, for reads, writes and notifications alike")
    func endedSession() async throws {
        try await withTenants(on: .postgres, options: .oneConnection) { db in
            try await withTestDatabase(.postgres) { admin in
                for _ in 0..<3 {
                    try await admin.end(try await db.session())
                    let count = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
                    #expect(count == 3)

                    try await admin.end(try await db.session())
                    let changed = try await db.write { try $0.execute("UPDATE tenants SET balance = 5") }
                    #expect(changed == 3)

                    try await admin.end(try await db.session())
                    try await db.notify("ledger")
                }
            }
        }
    }

    @Test("A session ended in the middle of a write is replaced and the work runs again, once")
    func endedInside() async throws {
        try await withTenants(on: .postgres, options: .oneConnection) { db in
            try await withTestDatabase(.postgres) { admin in
                let (inside, ended, runs) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), Tally())
                async let changed = db.write { connection in
                    try connection.execute("UPDATE tenants SET balance = COALESCE(balance, 0) + 1")
                    let process = try connection.first(Int.self, "SELECT pg_backend_pid()") ?? 0
                    if runs.raise() == 1 {
                        Sessions.middle.set(process)
                        inside.signal()
                        ended.wait()
                    }
                    return try connection.execute("UPDATE tenants SET opted_in = TRUE")
                }
                await waitAside(for: inside)

                try await admin.end(Sessions.middle.value)
                ended.signal()

                let count = try await changed
                let balances = try await db.read { try $0.all(Int.self, "SELECT balance FROM tenants ORDER BY balance") }
                #expect(count == 3)
                #expect(runs.value == 2)
                #expect(balances == [-249, 1, 1])
            }
        }
    }

    @Test("When the session ends during the commit, the write says that its outcome is unknown and does not run again")
    func endedInCommit() async throws {
        try await withTenants(on: .postgres, options: .oneConnection) { db in
            // A deferred trigger runs within COMMIT: the session ends itself there.
            try await db.write {
                try $0.executeScript(
                    """
                    CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER ending AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION end_session();
                    """)
            }
            let runs = Tally()

            let error = await #expect(throws: DatabaseError.self) {
                try await db.write { connection in
                    runs.raise()
                    try connection.execute("INSERT INTO notes (id, tenant_id, text) VALUES ('1', 'tom', 'x')")
                }
            }

            #expect(error?.description.contains("outcome is unknown") == true)
            #expect(runs.value == 1)
            let count = try await db.read { try $0.first(Int.self, "SELECT COUNT(*) FROM tenants") }
            #expect(count == 3)
        }
    }

    @Test("A server that was restarted is found again by transactions and listeners; while it is away, that is what they say")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let url = try await Cluster.start(in: folder)
            do {
                let db = try await Databases.open(url, options: .forTests)
                try await Tenancy.create(in: db)
                var listener = db.notifications(on: "ledger").makeAsyncIterator()
                #expect(await listener.next() != nil)

                try await Cluster.stop(in: folder)
                let error = await #expect(throws: DatabaseError.self) { try await db.read { try $0.rows("SELECT 1") } }
                guard case .unavailable = error else { Issue.record("\(String(describing: error))"); return }
                _ = try await Cluster.start(in: folder)

                // Woken without a notification, since one may have been missed.
                #expect(await listener.next() != nil)
                let insertion = Tenant.nadia.insertion
                try await db.write { try $0.execute(insertion) }
                let other = try await Databases.open(url, options: .forTests)
                try await other.notify("ledger")
                await other.close()
                #expect(await listener.next() != nil)
                let tenants = try await db.read { try $0.all(Tenant.self, "SELECT * FROM tenants") }
                #expect(tenants == [.nadia])
                await db.close()
            } catch {
                try? await Cluster.stop(in: folder)
                throw error
            }
            try await Cluster.stop(in: folder)
        }
    }

    @Test("Time-outs have their own errors: a slow statement, a lock that is held; afterwards the connection works on")
    func timeouts() async throws {
        var options = DatabaseOptions.oneConnection
        options.statementTimeout = .milliseconds(300)
        options.lockTimeout = .milliseconds(50)
        try await withTestDatabaseURL(.postgres) { url in
            let (hasty, patient) = (try await Databases.open(url, options: options), try await Databases.open(url, options: .oneConnection))
            try await Tenancy.create(in: patient)
            let insertion = Tenant.tom.insertion
            try await patient.write { try $0.execute(insertion) }
            let (inside, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let held: Void = patient.write { connection in
                try connection.execute("UPDATE tenants SET balance = 1")
                inside.signal()
                goOn.wait()
            }
            await waitAside(for: inside)

            await #expect(throws: DatabaseError.busy) { try await hasty.write { try $0.execute("UPDATE tenants SET balance = 2") } }
            goOn.signal()
            try await held
            await #expect(throws: DatabaseError.timedOut) { try await hasty.read { try $0.rows("SELECT pg_sleep(5)") } }

            let changed = try await hasty.write { try $0.execute("UPDATE tenants SET balance = 3") }
            #expect(changed == 1)
            await hasty.close()
            await patient.close()
        }
    }

    @Test("A process that freezes inside a transaction loses it, and its lock, after the idle time-out")
    func frozen() async throws {
        var options = DatabaseOptions.oneConnection
        options.idleInTransactionTimeout = .milliseconds(100)
        try await withTenants(on: .postgres, options: options) { db in
            try await withTestDatabase(.postgres) { watcher in
                let (inside, goOn, runs) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), Tally())
                async let changed = db.write { connection in
                    let count = try connection.execute("UPDATE tenants SET balance = COALESCE(balance, 0) + 1")
                    if runs.raise() == 1 {
                        Sessions.frozen.set(try connection.first(Int.self, "SELECT pg_backend_pid()") ?? 0)
                        inside.signal()
                        goOn.wait()
                    }
                    try connection.execute("UPDATE tenants SET opted_in = TRUE")
                    return count
                }
                await waitAside(for: inside)

                try await watcher.waitForEnd(of: Sessions.frozen.value)
                goOn.signal()

                let count = try await changed
                #expect(count == 3)
                #expect(runs.value == 2)
            }
        }
    }

    @Test("Sequential work needs one connection, work at once needs more, closing leaves none")
    func connections() async throws {
        var options = DatabaseOptions()
        options.connections = 3
        options.applicationName = "count-\(UUID().uuidString.prefix(8))"
        let name = options.applicationName
        let count: @Sendable (any Connection) throws -> Int? = {
            try $0.first(Int.self, "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = \(name)")
        }
        try await withTestDatabaseURL(.postgres) { url in
            let db = try await Databases.open(url, options: options)
            for _ in 0..<50 { try await db.read { _ in } }
            let sequential = try await db.read(count)

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 { group.addTask { _ = try await db.read { try $0.rows("SELECT pg_sleep(0.05)") } } }
                try await group.waitForAll()
            }
            let parallel = try await db.read(count)
            await db.close()

            #expect(sequential == 1)
            #expect(parallel == 3)
            try await withTestDatabase(.postgres) { watcher in
                // The server notices a closed connection a moment later.
                try await watcher.waitUntil { try count($0) == 0 }
            }
        }
    }

    @Test("Settings in the URL win over our defaults")
    func urlSettings() async throws {
        try await withTestDatabaseURL(.postgres) { url in
            let named = try DatabaseURL(url.text + "&application_name=olgas-office")
            let db = try await Databases.open(named, options: .oneConnection)

            let name = try await db.read { try $0.first(String.self, "SHOW application_name") }

            #expect(name == "olgas-office")
            await db.close()
        }
    }
}
