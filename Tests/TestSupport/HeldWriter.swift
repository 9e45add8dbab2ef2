import Dispatch
import SQLDatabase

/// Runs `body` while somebody else writes to `table`, so that every write of ours to it waits until `body` ends.
public func whileWriterIsHeld<T>(_ database: any Database, table: String, _ body: () async throws -> T) async throws -> T {
    try await whileHeld(database, by: { if $0.dialect == .postgres { try $0.executeScript("LOCK TABLE \(table) IN SHARE MODE") } }, body)
}

/// Runs `body` while another transaction stays open after it has done something.
public func whileHeld<T>(
    _ database: any Database, by work: @escaping @Sendable (any Connection) throws -> Void, _ body: () async throws -> T
) async throws -> T {
    let (held, holding) = AsyncStream<Void>.makeStream(), release = DispatchSemaphore(value: 0)
    let holder = Task {
        defer { holding.finish() }
        try await database.write { db in
            try work(db)
            holding.yield()
            // PostgreSQL ends transactions that say nothing for long.
            while release.wait(timeout: .now() + .milliseconds(200)) == .timedOut { _ = try db.rows("SELECT 1") }
        }
    }
    for await _ in held { break }
    do {
        let result = try await body()
        release.signal()
        try await holder.value
        return result
    } catch {
        release.signal()
        try? await holder.value
        throw error
    }
}
