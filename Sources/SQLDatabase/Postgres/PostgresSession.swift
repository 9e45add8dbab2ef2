import Foundation

/// A worker thread's connection, replaced when it breaks.
final class PostgresSession {
    private let url: String
    private let options: DatabaseOptions
    private var link: PostgresLink?

    init(url: String, options: DatabaseOptions) {
        self.url = url
        self.options = options
    }

    func read<T>(_ work: (any Connection) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", isRead: true, work)
    }

    func write<T>(_ work: (any Connection) throws -> T) throws -> T {
        try transaction("BEGIN ISOLATION LEVEL READ COMMITTED", isRead: false, work)
    }

    /// Wakes listeners; those of `sender` know it by its name.
    func notify(_ channel: String, as sender: String) throws {
        do {
            try sendNotification(channel, as: sender)
        } catch let failure as PostgresFailure where failure.brokeConnection {
            link = nil
            do { try sendNotification(channel, as: sender) } catch let failure as PostgresFailure { throw failure.databaseError }
        } catch let failure as PostgresFailure {
            throw failure.databaseError
        }
    }

    func disconnect() {
        link = nil
    }

    private func sendNotification(_ channel: String, as sender: String) throws {
        let link = try connectedLink()
        try link.finishSending()
        _ = try link.run("SELECT pg_notify($1, $2)", [.text(link.qualified(channel)), .text(sender)])
    }

    private func transaction<T>(_ begin: String, isRead: Bool, _ work: (any Connection) throws -> T) throws -> T {
        var attempts = 0
        var hasReconnected = false
        while true {
            let link = try connectedLink()
            let transaction = PostgresTransaction(on: link)
            do {
                return try transaction.run(begin, isRead: isRead, work)
            } catch {
                attempts += 1
                rollBack(link, after: transaction.failure)
                if let failure = transaction.failure, failure.brokeConnection {
                    guard isRead || !transaction.hasSentCommit else { throw DatabaseError.outcomeUnknown }
                    guard !hasReconnected else { throw error }
                    hasReconnected = true
                } else if transaction.failure?.isRetryable == true, attempts < 6 {
                    pause(attempts)
                } else {
                    throw error
                }
            }
        }
    }

    private func connectedLink() throws -> PostgresLink {
        if let link, !link.isBroken { return link }
        link = nil
        do {
            let fresh = try PostgresLink(url: url, options: options)
            link = fresh
            return fresh
        } catch let failure as PostgresFailure {
            throw failure.databaseError
        }
    }

    private func rollBack(_ link: PostgresLink, after failure: PostgresFailure?) {
        do {
            if link.isInTransaction { _ = try link.script("ROLLBACK") }
            if failure?.isStalePlan == true { try link.forgetStatements() }
        } catch {
            self.link = nil
        }
        if link.isBroken { self.link = nil }
    }

    // Those who collided must not meet again at the same moment.
    private func pause(_ attempts: Int) {
        Thread.sleep(forTimeInterval: Double.random(in: 0.002...0.01) * Double(1 << attempts))
    }
}

extension DatabaseError {
    static let outcomeUnknown = DatabaseError.unavailable(
        "the connection broke during the commit, so the outcome is unknown. Read what is stored before doing it again.")
}
