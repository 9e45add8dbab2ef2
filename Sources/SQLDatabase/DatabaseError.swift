import Foundation

/// What can go wrong in a database; the same cases on both engines.
public enum DatabaseError: Error, Equatable, Sendable {
    /// A row with these unique values exists. `constraint` is its name on PostgreSQL and the columns (or the index) on SQLite;
    /// `table` and `columns` are the same on both, and empty where the engine does not tell (an index over an expression).
    case uniqueViolation(constraint: String, table: String, columns: [String])
    /// A row that is referred to is missing, or a row to be deleted is still referred to.
    case foreignKeyViolation
    /// A `CHECK` refused a value.
    case checkViolation(constraint: String)
    /// A column that needs a value got none.
    case notNullViolation(column: String)
    /// Transactions were in each other's way even after several attempts.
    case serialization
    /// Somebody else held a lock for longer than the lock or busy time-out.
    case busy
    /// A statement took longer than the statement time-out.
    case timedOut
    /// The database cannot be reached. The text says whether the outcome of a commit is unknown.
    case unavailable(String)
    /// The disk is full; nothing was changed.
    case diskFull
    /// Flushing to disk failed: what was committed may be lost, and the process must exit.
    case notDurable(String)
    /// The database was used wrongly; the text says how to do it right.
    case misuse(String)
    /// Anything else, with the engine's own code (SQLSTATE, or SQLite's extended result code) and words.
    case other(code: String, message: String)
}

extension DatabaseError: CustomStringConvertible {
    /// What happened and what helps.
    public var description: String {
        switch self {
        case .uniqueViolation(let constraint, let table, let columns):
            "A row with the same \(columns.isEmpty ? "unique values" : columns.joined(separator: ", ")) exists already"
                + "\(table.isEmpty ? "" : " in \(table)") (\(constraint)). Update that row, or choose another value."
        case .foreignKeyViolation:
            "A row that this one refers to does not exist, or a row to be deleted is still referred to. Write or delete them in order."
        case .checkViolation(let constraint):
            "A value breaks the rule \(constraint) of its table. Correct the value."
        case .notNullViolation(let column):
            "The column \(column) needs a value. Give it one."
        case .serialization:
            "Other transactions changed the same rows again and again. Try again later, or make the transaction smaller."
        case .busy:
            "Another transaction held a lock for too long. Try again; look for a long transaction if it happens often."
        case .timedOut:
            "A statement exceeded the statement time-out. Check its plan, or ask for fewer rows at a time."
        case .unavailable(let reason):
            "The database cannot be used now: \(reason)"
        case .diskFull:
            "The database's disk is full; nothing was changed. Free some space."
        case .notDurable(let reason):
            "The disk did not confirm a write (\(reason)). This process must exit; check the disk before starting it again."
        case .misuse(let reason):
            "The database was used wrongly: \(reason)"
        case .other(let code, let message):
            "The database reported \(code): \(message)"
        }
    }
}

extension DatabaseError {
    static let afterFailure = DatabaseError.misuse(
        "an earlier statement of this transaction failed, so nothing can follow it. Let its error leave the transaction.")

    static let endedEarly = DatabaseError.misuse("a transaction was ended by its own work; remove the COMMIT or ROLLBACK.")

    static let closed = DatabaseError.misuse("it was closed. Close it only when nothing uses it any more.")

    static let notPlainValues = DatabaseError.misuse(
        "an inserted row holds something other than values. Work it out in Swift, or use execute(each:).")

    static let holdsNull = misuse("a text holds U+0000, which PostgreSQL cannot store. Replace it with U+FFFD before storing.")

    /// PostgreSQL cannot store U+0000 in text, so neither engine is given any.
    static func refusingNull(in text: String) throws -> String {
        // Found by the C library, which looks at many bytes at once: every parameter of every statement comes by here.
        let holds = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        }
        guard !(holds ?? text.utf8.contains(0)) else { throw holdsNull }
        return text
    }
}
