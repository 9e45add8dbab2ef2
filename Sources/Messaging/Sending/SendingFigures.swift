import Foundation
import SQLDatabase
import Synchronization

/// How sending stands: the queue, and what this process has done since it started. Nobody can be told from it.
public struct SendingFigures: Sendable, Equatable {
    /// The queue is counted up to here; more is only "at least".
    public static let mostCounted = 10_000

    /// Messages whose turn it is, or that wait for their next try.
    public var ready = 0
    /// Messages for which a call is under way, in any process.
    public var calling = 0
    /// Messages behind another one of their conversation.
    public var behind = 0
    /// How long the oldest message that could go has been waiting for its line.
    public var oldestSeconds = 0.0
    /// Lines that Meta made us slow down or pause and that are not back at full speed yet.
    public var slowedLines = 0
    /// Calls under way in this process.
    public var callsUnderWay = 0
    /// Attempts by what they came to.
    public var attempts: [Attempt.Outcome: Int] = [:]
    /// Refusals by Meta's code.
    public var refusals: [Int: Int] = [:]
    /// Refusals that slowed a line down.
    public var slowDowns = 0

    package init() {}
}

/// What this process has counted since it started.
final class SendingCounts: Sendable {
    private let counts = Mutex(SendingFigures())

    var figures: SendingFigures { counts.withLock { $0 } }

    func began(_ calls: Int) { counts.withLock { $0.callsUnderWay += calls } }

    func ended(_ answer: SendAnswer) {
        counts.withLock { counts in
            counts.callsUnderWay -= 1
            counts.attempts[answer.closing.outcome, default: 0] += 1
            if let code = answer.errorCode { counts.refusals[code, default: 0] += 1 }
            if answer.throttling != nil { counts.slowDowns += 1 }
        }
    }
}

extension Messaging {
    /// How sending stands. Reads a bounded number of index entries, whatever the length of the queue.
    public func sendingFigures() async throws -> SendingFigures {
        let counted = sendingCounts.figures, leases = leases
        return try await database.read { db in
            let now = try leases.now(on: db)
            func count(_ rows: SQL) throws -> Int {
                try db.first(Int.self, "SELECT COUNT(*) FROM (SELECT 1 FROM \(rows) LIMIT \(SendingFigures.mostCounted)) counted") ?? 0
            }
            var figures = counted
            figures.ready = try count("outbox WHERE ready")
            figures.calling = try count("outbox WHERE lease_until IS NOT NULL")
            figures.behind = try max(0, count("outbox") - figures.ready - figures.calling)
            let oldest = try db.first(Date?.self, "SELECT MIN(due_at) FROM outbox WHERE ready") ?? nil
            figures.oldestSeconds = oldest.map { max(0, now.timeIntervalSince($0)) } ?? 0
            figures.slowedLines = try count("paces WHERE slowed_at > \(now - Pace.fullRecovery) OR hold_until > \(now)")
            return figures
        }
    }
}
