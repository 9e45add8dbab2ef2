import GRDB

extension DatabaseError {
    /// SQLite's extended result codes as our cases.
    init(_ error: GRDB.DatabaseError) {
        let message = error.message ?? "no message"
        // The names stand after the colon: "UNIQUE constraint failed: contacts.landlord_id, contacts.phone".
        let names = message.firstIndex(of: ":").map { message[$0...].dropFirst(2) }.map(String.init) ?? ""
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self = Self.uniqueViolation(names)
        case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .foreignKeyViolation
        case .SQLITE_CONSTRAINT_CHECK: self = .checkViolation(constraint: names)
        case .SQLITE_CONSTRAINT_NOTNULL: self = .notNullViolation(column: names)
        case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: self = .notDurable(message)
        default: self = Self.general(error.resultCode, error.extendedResultCode, message)
        }
    }

    private static func general(_ code: ResultCode, _ extended: ResultCode, _ message: String) -> DatabaseError {
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
        case .SQLITE_INTERRUPT: .timedOut
        case .SQLITE_FULL: .diskFull
        case .SQLITE_CANTOPEN: .unavailable("the file cannot be opened (\(message)). Check its path and permissions.")
        case .SQLITE_READONLY: .misuse("something was written in a read, or the file is read-only. Use write, and check its permissions.")
        case .SQLITE_MISUSE: .misuse(message)
        default: .other(code: String(extended.rawValue), message: message)
        }
    }

    private static func uniqueViolation(_ names: String) -> DatabaseError {
        let pairs = names.split(separator: ", ").map { $0.split(separator: ".") }
        guard let table = pairs.first?.first, pairs.allSatisfy({ $0.count == 2 }) else {
            return .uniqueViolation(constraint: names, table: "", columns: [])
        }
        return .uniqueViolation(constraint: names, table: String(table), columns: pairs.map { String($0[1]) })
    }
}
