import Foundation
import Messaging

/// A CSV file of tenants, its first row naming the columns (RFC 4180: quoted fields, either line ending; a byte order mark may lead).
public struct ContactFile: Sendable {
    /// One row of the file: a tenant, or why it cannot be one.
    public struct Row: Sendable, Equatable {
        /// Where the row begins, counted from 1.
        public let line: Int
        /// The tenant; nil when the row cannot be read.
        public let input: ContactInput?
        /// Why the row cannot be read.
        public let problem: String?
    }

    /// The columns that may stand in the first row; `externalId` must.
    public static let columns = [
        "externalId", "name", "phone", "property", "unit", "language", "optInSource", "optInAt", "optInWording",
    ]

    /// Rows in the order of the file; empty lines are passed over.
    public let rows: [Row]

    /// - Throws: `ContactFileUnreadable` when the first row does not name the columns, or a quote is never closed.
    public init(_ text: String) throws(ContactFileUnreadable) {
        var records = try CSVRecord.list(in: text)
        guard !records.isEmpty else { throw ContactFileUnreadable(reason: "it is empty") }
        let header = records.removeFirst().fields.map { $0.trimmingCharacters(in: .whitespaces) }
        let unknown = header.filter { !Self.columns.contains($0) }
        guard unknown.isEmpty else {
            throw ContactFileUnreadable(reason: "the column \(unknown[0]) is not known. Use: \(Self.columns.joined(separator: ", "))")
        }
        guard header.contains("externalId") else {
            throw ContactFileUnreadable(reason: "its first row does not name the column externalId")
        }
        guard Set(header).count == header.count else { throw ContactFileUnreadable(reason: "its first row names a column twice") }
        rows = records.map { Self.row($0, header: header) }
    }

    private static func row(_ record: CSVRecord, header: [String]) -> Row {
        guard record.fields.count == header.count else {
            let problem = "The row has \(record.fields.count) fields and the first row \(header.count). Check its commas and quotes."
            return Row(line: record.line, input: nil, problem: problem)
        }
        let values = Dictionary(zip(header, record.fields), uniquingKeysWith: { first, _ in first }).compactMapValues { field in
            let text = field.trimmingCharacters(in: .whitespacesAndNewlines)
            return text.isEmpty ? nil : text
        }
        var input = ContactInput(
            externalId: values["externalId"] ?? "", name: values["name"], phone: values["phone"], property: values["property"],
            unit: values["unit"], language: values["language"])
        if let at = values["optInAt"] {
            guard let date = (try? Date(at, strategy: .iso8601)) ?? (try? Date(at, strategy: .iso8601Milliseconds)) else {
                return Row(line: record.line, input: nil, problem: "optInAt is not a time. Write it as 2026-11-23T09:30:00Z.")
            }
            input.optIn = .init(source: values["optInSource"] ?? "import", at: date, wording: values["optInWording"])
        } else if values["optInSource"] != nil || values["optInWording"] != nil {
            return Row(line: record.line, input: nil, problem: "optInAt is missing: an agreement counts only with its time.")
        }
        return Row(line: record.line, input: input, problem: nil)
    }
}

/// The file as a whole cannot be taken.
public struct ContactFileUnreadable: Error, Equatable, CustomStringConvertible {
    let reason: String

    /// The problem and its remedy.
    public var description: String { "The file cannot be read: \(reason)." }
}

/// One record of a CSV text.
private struct CSVRecord {
    let line: Int
    let fields: [String]

    static func list(in text: String) throws(ContactFileUnreadable) -> [CSVRecord] {
        var reader = CSVReader(text)
        var records: [CSVRecord] = []
        while let record = try reader.next() {
            if record.fields != [""] { records.append(record) }
        }
        return records
    }
}

private struct CSVReader {
    private var rest: Substring.UnicodeScalarView
    private var line = 1

    init(_ text: String) {
        let plain = text.unicodeScalars.first == "\u{FEFF}" ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
        rest = Substring(plain).unicodeScalars
    }

    mutating func next() throws(ContactFileUnreadable) -> CSVRecord? {
        guard !rest.isEmpty else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            fields.append(rest.first == "\"" ? try quoted() : plain())
            let end = rest.popFirst()
            if end == "," { continue }
            if end == "\r", rest.first == "\n" { rest.removeFirst() }
            line += 1
            return CSVRecord(line: start, fields: fields)
        }
    }

    private mutating func plain() -> String {
        let field = rest.prefix { $0 != "," && $0 != "\n" && $0 != "\r" }
        rest = rest[field.endIndex...]
        return String(field)
    }

    private mutating func quoted() throws(ContactFileUnreadable) -> String {
        let start = line
        rest.removeFirst()
        var field = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\n" { line += 1 }
            guard scalar == "\"" else {
                field.append(scalar)
                continue
            }
            guard rest.first == "\"" else { return String(field) + plain() }
            field.append(scalar)
            rest.removeFirst()
        }
        throw ContactFileUnreadable(reason: "the quote that opens in line \(start) is never closed")
    }
}
