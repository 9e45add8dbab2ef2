import CLibPQ

/// The answer to one statement.
final class PostgresResult {
    private let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQclear(raw)
    }

    /// Why the statement failed, or nil when it succeeded.
    var failure: PostgresFailure? {
        switch PQresultStatus(raw) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC, PGRES_COPY_IN: nil
        default:
            PostgresFailure(
                code: field(PostgresField.code), message: field(PostgresField.message), constraint: field(PostgresField.constraint),
                table: field(PostgresField.table), column: field(PostgresField.column), detail: field(PostgresField.detail),
                function: field(PostgresField.function))
        }
    }

    /// The command that was carried out: `COMMIT`, `INSERT 0 1`, …
    var command: String { String(cString: PQcmdStatus(raw)) }

    /// Rows inserted, updated or deleted; none for a query.
    var rowsChanged: Int {
        command.hasPrefix("SELECT") ? 0 : Int(String(cString: PQcmdTuples(raw))) ?? 0
    }

    /// The columns' names.
    var layout: RowLayout { RowLayout(columns: (0..<PQnfields(raw)).map { String(cString: PQfname(raw, $0)) }) }

    /// The rows; `layout` is that of this very result, if it is known from an earlier one of the same statement.
    func rows(_ layout: RowLayout? = nil) -> [SQLRow] {
        let columns = 0..<PQnfields(raw), layout = layout ?? self.layout
        let types = columns.map { PQftype(raw, $0) }
        return (0..<PQntuples(raw)).map { row in
            SQLRow(layout: layout, values: columns.map { value(row, $0, type: types[Int($0)]) })
        }
    }

    // Type numbers are fixed parts of PostgreSQL: pg_type.dat.
    private func value(_ row: Int32, _ column: Int32, type: UInt32) -> SQLValue {
        guard PQgetisnull(raw, row, column) == 0, let start = PQgetvalue(raw, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(raw, row, column)))
        let text = { String(decoding: bytes, as: UTF8.self) }
        switch type {
        case 16: return .boolean(bytes.first == UInt8(ascii: "t"))
        case 17: return .blob(Self.bytes(fromHex: bytes.dropFirst(2)))
        case 20, 21, 23, 26: return Int64(text()).map(SQLValue.integer) ?? .text(text())
        case 700, 701: return Double(text()).map(SQLValue.real) ?? .text(text())
        // Sums and averages are numeric there, and plain numbers on SQLite.
        case 1700: return Int64(text()).map(SQLValue.integer) ?? Double(text()).map(SQLValue.real) ?? .text(text())
        default: return .text(text())
        }
    }

    private static func bytes(fromHex hex: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        func nibble(_ digit: UInt8) -> UInt8 { digit < UInt8(ascii: "a") ? digit &- UInt8(ascii: "0") : digit &- UInt8(ascii: "a") &+ 10 }
        return [UInt8](unsafeUninitializedCapacity: hex.count / 2) { bytes, count in
            var position = hex.startIndex
            while position + 1 < hex.endIndex {
                bytes[count] = nibble(hex[position]) << 4 | nibble(hex[position + 1])
                (count, position) = (count + 1, position + 2)
            }
        }
    }

    private func field(_ code: Int32) -> String {
        PQresultErrorField(raw, code).map { String(cString: $0) } ?? ""
    }
}

/// The letters by which the protocol names the parts of an error (libpq has them as C macros of characters).
private enum PostgresField {
    static let code = Int32(UInt8(ascii: "C"))
    static let message = Int32(UInt8(ascii: "M"))
    static let detail = Int32(UInt8(ascii: "D"))
    static let table = Int32(UInt8(ascii: "t"))
    static let column = Int32(UInt8(ascii: "c"))
    static let constraint = Int32(UInt8(ascii: "n"))
    static let function = Int32(UInt8(ascii: "R"))
}
