import Crypto

/// One numbered step of a schema.
public struct Migration: Sendable, Hashable {
    /// Its place in the series, from 1.
    public let number: Int
    /// What the file is called after its number.
    public let name: String
    private let sqlite: String
    private let postgres: String

    /// The script for an engine.
    public func sql(for dialect: Dialect) -> String {
        dialect == .sqlite ? sqlite : postgres
    }

    /// SHA-256 of an engine's script in hexadecimal digits.
    func checksum(for dialect: Dialect) -> String {
        SHA256.hash(data: Array(sql(for: dialect).utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Sorts `0001_landlords.sql` and engine pairs (`0002_search.sqlite.sql` with `0002_search.postgres.sql`) into a list;
    /// folders before the file names do not matter.
    /// - Throws: `MigrationError.files` for a gap, a number used twice, half a pair, or a name of another form.
    public static func list(files: [(name: String, text: String)]) throws -> [Migration] {
        let parts = try files.map { try Part(file: $0) }.sorted { $0.number < $1.number }
        let migrations = try Dictionary(grouping: parts, by: \.number).sorted { $0.key < $1.key }.map { try Migration($0.value) }
        for (position, migration) in migrations.enumerated() where migration.number != position + 1 {
            throw MigrationError.files("There is no migration number \(position + 1), but there is \(migration.number).")
        }
        return migrations
    }

    private init(_ parts: [Part]) throws {
        let first = parts[0]
        (number, name) = (first.number, first.name)
        let common = parts.filter { $0.dialect == nil }
        let sqlite = parts.filter { $0.dialect == .sqlite }
        let postgres = parts.filter { $0.dialect == .postgres }
        switch (common.count, sqlite.count, postgres.count) {
        case (1, 0, 0):
            (self.sqlite, self.postgres) = (first.text, first.text)
        case (0, 1, 1) where sqlite[0].name == postgres[0].name:
            (self.sqlite, self.postgres) = (sqlite[0].text, postgres[0].text)
        default:
            let files = parts.map(\.file).sorted().joined(separator: ", ")
            throw MigrationError.files("Number \(number) needs one file, or one per engine with the same name; there are \(files).")
        }
    }

    /// One file: a whole migration, or one engine's half.
    private struct Part {
        let file: String
        let number: Int
        let name: String
        let dialect: Dialect?
        let text: String

        init(file: (name: String, text: String)) throws {
            self.file = String(file.name.split(separator: "/").last ?? "")
            guard let match = self.file.wholeMatch(of: /([0-9]{4})_([a-z0-9_]+)(\.(sqlite|postgres))?\.sql/),
                let number = Int(match.output.1)
            else {
                throw MigrationError.files(
                    "\(self.file) is not a migration's name, such as 0001_landlords.sql or 0002_search.postgres.sql.")
            }
            self.number = number
            name = String(match.output.2)
            dialect = match.output.4.flatMap { Dialect(rawValue: String($0)) }
            text = file.text
        }
    }
}

/// Why migrating was refused.
public enum MigrationError: Error, Equatable, CustomStringConvertible {
    /// The files do not form a series; the text names the file.
    case files(String)
    /// The database does not fit the files.
    case schema(series: String, state: MigrationState)

    public var description: String {
        switch self {
        case .files(let reason): reason
        case .schema(let series, let state): "The \(series) schema cannot be migrated: \(state.description)"
        }
    }
}

/// How a database's schema compares with the migrations of this program.
public enum MigrationState: Sendable, Equatable, CustomStringConvertible {
    /// All migrations are applied, and no others.
    case current
    /// These migrations are missing, in order; an empty database misses all.
    case behind([String])
    /// A newer program has applied migrations that this one does not know.
    case ahead
    /// This migration was applied with another text or name.
    case edited(String)
    /// A migration before an applied one is missing.
    case gap

    public var description: String {
        switch self {
        case .current: "it is up to date."
        case .behind(let names): "it lacks \(names.joined(separator: ", ")). Migrate it."
        case .ahead: "a newer release has migrated it. Run that release, or restore a backup."
        case .edited(let name): "\(name) was changed after it had been applied. Restore the file, and put the change into a new migration."
        case .gap: "a migration between applied ones is missing. Restore a backup, or apply it by hand."
        }
    }
}
