import SQLDatabase

/// The tables of the product. Ledger and data are two series, since on SQLite they are two files.
public enum Schema {
    public static func data() throws -> Migrator { try migrator("data") }
    public static func ledger() throws -> Migrator { try migrator("ledger") }

    private static func migrator(_ series: String) throws -> Migrator {
        let folder = "Migrations/\(series)/"
        let files = Embedded.files.filter { $0.key.hasPrefix(folder) }.map {
            (name: String($0.key.dropFirst(folder.count)), text: $0.value)
        }
        return try Migrator(series: series, files: files)
    }
}
