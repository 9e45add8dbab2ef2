import Foundation

/// PostgreSQL through libpq.
final class PostgresDatabase: Database {
    let dialect = Dialect.postgres
    private let workers: PostgresWorkers
    private let listener: PostgresListener
    /// Tells our own notifications from others'.
    private let name = UUID().uuidString

    private init(url: String, options: DatabaseOptions) throws {
        workers = PostgresWorkers(url: url, options: options)
        listener = try PostgresListener(url: url, options: options, ignoring: name)
    }

    deinit {
        workers.beginClosing()
        listener.beginClosing()
    }

    static func open(url: String, options: DatabaseOptions) async throws -> PostgresDatabase {
        let database = try PostgresDatabase(url: url, options: options)
        do {
            try await database.read { _ in }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    func read<T: Sendable>(_ work: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await workers.run { try $0.read(work) }
    }

    func write<T: Sendable>(
        _ work: @escaping @Sendable (any Connection) throws -> T, then done: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        workers.run({ try $0.write(work) }, then: done)
    }

    func notify(_ channel: String) async throws {
        try await workers.run { [name] in try $0.notify(channel, as: name) }
    }

    func notifications(on channel: String) -> AsyncStream<Void> {
        listener.stream(on: channel)
    }

    func close() async {
        await listener.close()
        await workers.close()
    }
}
