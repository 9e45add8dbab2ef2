import CLibPQ

extension PostgresLink {
    /// Inserts rows by `COPY`: the server reads all of them as one command, in its own form, and neither plans nor answers each.
    /// - Parameters:
    ///   - target: the table and its columns, `messages (landlord_id, …)`. The columns are of the subset's types only.
    ///   - first: a statement that goes before it on the same way.
    /// - Throws: `PostgresFailure`.
    func copy(into target: String, _ rows: [[SQLValue]], after first: String? = nil) throws {
        let data = try CopyData(rows).bytes
        let begin = first.map { $0 + "; " } ?? ""
        _ = try checked(PQexec(connection, begin + "COPY \(target) FROM STDIN (FORMAT binary)"))
        let sent = data.withUnsafeBytes { bytes in
            PQputCopyData(connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        let ended = PQputCopyEnd(connection, nil)
        defer { while let extra = PQgetResult(connection) { PQclear(extra) } }
        guard sent == 1, ended == 1 else { _ = try checked(nil); return }
        _ = try checked(PQgetResult(connection))
    }
}

/// Rows in the form of `COPY … (FORMAT binary)`: PostgreSQL's documentation, "COPY", "Binary Format".
private struct CopyData {
    private(set) var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    init(_ rows: [[SQLValue]]) throws {
        for row in rows {
            append(Int16(row.count))
            for value in row { try append(value) }
        }
        append(Int16(-1))
    }

    private mutating func append(_ value: SQLValue) throws {
        switch value {
        case .null: append(Int32(-1))
        case .integer(let number):
            append(Int32(8))
            append(number)
        case .real(let number):
            append(Int32(8))
            append(number.bitPattern)
        case .boolean(let flag):
            append(Int32(1))
            bytes.append(flag ? 1 : 0)
        case .text(let text):
            let text = try DatabaseError.refusingNull(in: text)
            append(Int32(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        case .blob(let blob):
            append(Int32(blob.count))
            bytes.append(contentsOf: blob)
        }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
