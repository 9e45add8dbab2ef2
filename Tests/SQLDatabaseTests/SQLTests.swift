import Foundation
import Testing

@testable import SQLDatabase

@Suite("SQL literals")
struct SQLTests {
    private enum Kind: String { case own, shared }

    @Test("Values become numbered parameters on PostgreSQL and question marks on SQLite, through splices, lists and variants")
    func rendering() {
        let kind: Kind? = .shared
        let filter: SQL = "kind = \(Kind.own) OR kind = \(kind)"
        let order = SQL(sqlite: "ORDER BY rank = \(1)", postgres: "ORDER BY rank = \(2), id = \(3)")
        let sql: SQL = "SELECT * FROM lines WHERE (\(filter)) AND id IN \(list: ["a", "b"]) \(order) LIMIT \(9)\(SQL.skipLocked)"

        let (sqlite, sqliteValues) = sql.rendered(for: .sqlite)
        let (postgres, postgresValues) = sql.rendered(for: .postgres)

        #expect(
            sqlite == "SELECT * FROM lines WHERE (kind = ? OR kind = ?) AND id IN (SELECT value FROM json_each(?)) "
                + "ORDER BY rank = ? LIMIT ?")
        #expect(sqliteValues == [.text("own"), .text("shared"), .text(#"["a","b"]"#), .integer(1), .integer(9)])
        #expect(
            postgres
                == """
                SELECT * FROM lines WHERE (kind = $1 OR kind = $2) AND id = ANY($3) ORDER BY rank = $4, id = $5 \
                LIMIT $6 FOR UPDATE SKIP LOCKED
                """)
        #expect(postgresValues == [.text("own"), .text("shared"), .text(#"{"a","b"}"#), .integer(2), .integer(3), .integer(9)])
    }

    @Test("Text that is compared by its bytes says so on PostgreSQL, and costs no second building of the same statement")
    func bytewise() {
        func later(_ wamid: String) -> SQL { "SELECT 1 WHERE (at, \(SQL.bytewise("wamid"))) < (\(7), \(wamid))" }

        #expect(later("a").rendered(for: .sqlite).text == "SELECT 1 WHERE (at, wamid) < (?, ?)")
        #expect(later("a").rendered(for: .postgres).text == #"SELECT 1 WHERE (at, wamid COLLATE "C") < ($1, $2)"#)
        #expect(later("b").values(ifTextIsThatOf: later("a")) == [.integer(7), .text("b")])
        let (one, other): (SQL, SQL) = ("\(SQL(sqlite: "\(1)", postgres: "2"))", "\(SQL(sqlite: "\(3)", postgres: "2"))")
        #expect(one.values(ifTextIsThatOf: one) == nil && one.values(ifTextIsThatOf: other) == nil)
    }

    @Test("What looks like SQL in a value stays a value")
    func injection() {
        let name = "'); DROP TABLE tenants; --"
        let sql: SQL = "INSERT INTO tenants (name) VALUES (\(name))"

        #expect(sql.rendered(for: .sqlite).text == "INSERT INTO tenants (name) VALUES (?)")
        #expect(sql.rendered(for: .sqlite).values == [.text(name)])
    }

    @Test("Optionals of every kind bind as NULL, times as rounded milliseconds, bytes as bytes")
    func binding() {
        let (text, bytes, kind): (String?, Data?, Kind?) = (nil, nil, nil)
        let time = Date(timeIntervalSince1970: 1_790_000_000.0006)
        let sql: SQL = "\(text), \(bytes), \(kind), \(time), \(Data([1, 2])), \([UInt8]([3])), \(true), \(list: [Kind]())"

        let (rendered, values) = sql.rendered(for: .sqlite)

        #expect(rendered == "?, ?, ?, ?, ?, ?, ?, (NULL)")
        #expect(values == [.null, .null, .null, .integer(1_790_000_000_001), .blob([1, 2]), .blob([3]), .boolean(true)])
    }

    @Test("Parts are joined with their separator, and nothing joins to nothing")
    func joining() {
        let (text, values) = SQL.join(["a = \(1)", "b = \(2)"], separator: " AND ").rendered(for: .postgres)

        #expect(text == "a = $1 AND b = $2")
        #expect(values == [.integer(1), .integer(2)])
        #expect(SQL.join([], separator: ", ").rendered(for: .sqlite).text.isEmpty)
    }
}
