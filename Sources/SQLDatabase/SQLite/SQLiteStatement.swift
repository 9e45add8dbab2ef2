import Foundation
import GRDB
import GRDBSQLite

/// A prepared statement of one connection, run again and again. Straight on SQLite's own functions: for statements of a few microseconds
/// what lies between takes longer than they do.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private var layout = RowLayout(columns: [])
    private var preparations: Int32 = -1

    /// - Throws: `DatabaseError`.
    init(_ text: String, on connection: OpaquePointer) throws {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK else { throw Self.failure(on: connection) }
        guard let handle else { throw DatabaseError.misuse("a statement is empty.") }
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs it to its end and answers the rows changed.
    /// - Throws: `DatabaseError`.
    func change(_ values: [SQLValue]) throws -> Int {
        defer { reset() }
        try bind(values)
        let before = sqlite3_total_changes(connection)
        while try step() {}
        // The count of the last change stays in place when a statement changes nothing at all.
        return sqlite3_total_changes(connection) == before ? 0 : Int(sqlite3_changes(connection))
    }

    /// Runs it and answers its rows.
    /// - Throws: `DatabaseError`.
    func rows(_ values: [SQLValue]) throws -> [SQLRow] {
        defer { reset() }
        try bind(values)
        var rows: [SQLRow] = []
        while try step() {
            if rows.isEmpty { readLayout() }
            rows.append(SQLRow(layout: layout, values: (0..<sqlite3_column_count(handle)).map(column)))
        }
        return rows
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        default: throw Self.failure(on: connection)
        }
    }

    private func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    // A table that changed its shape makes SQLite prepare the statement anew, perhaps with other columns.
    private func readLayout() {
        let count = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
        guard count != preparations else { return }
        preparations = count
        layout = RowLayout(columns: (0..<sqlite3_column_count(handle)).map { String(cString: sqlite3_column_name(handle, $0)) })
    }

    private func column(_ index: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(handle, index), count = Int(sqlite3_column_bytes(handle, index))
            return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, index), count = Int(sqlite3_column_bytes(handle, index))
            return .blob(Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    private func bind(_ values: [SQLValue]) throws {
        guard values.count == Int(sqlite3_bind_parameter_count(handle)) else {
            throw DatabaseError.misuse("a statement has other parameters than values.")
        }
        for (index, value) in values.enumerated() {
            guard try bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw Self.failure(on: connection) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) throws -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .boolean(let flag): return sqlite3_bind_int64(handle, index, flag ? 1 : 0)
        case .text(var text):
            return try text.withUTF8 { bytes in
                if let start = bytes.baseAddress, memchr(start, 0, bytes.count) != nil { throw DatabaseError.holdsNull }
                return bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.copied)
                }
            }
        case .blob(let bytes):
            // Without an address it would be NULL.
            return bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : bytes.withUnsafeBytes { sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), Self.copied) }
        }
    }

    // SQLite's own value for "copy what I give you", a macro that Swift does not see.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private static func failure(on connection: OpaquePointer) -> DatabaseError {
        DatabaseError(
            GRDB.DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)), message: String(cString: sqlite3_errmsg(connection))
            ))
    }
}

/// The prepared statements of one connection by their text. Used by the connection's own thread only.
final class SQLiteStatements {
    private static let capacity = 400
    private let connection: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    init(_ connection: OpaquePointer) {
        self.connection = connection
    }

    func statement(_ text: String) throws -> SQLiteStatement {
        if let known = statements[text] { return known }
        // Texts are the program's own, so there are a few hundred; should something make more of them, beginning anew costs little.
        if statements.count >= Self.capacity { statements = [:] }
        let statement = try SQLiteStatement(text, on: connection)
        statements[text] = statement
        return statement
    }
}
