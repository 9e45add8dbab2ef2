import SQLDatabase

/// Facts about the installation as a whole.
public enum Installation {
    /// Notes a fact, unless it is there already. Answers the value that stands.
    public static func note(_ name: String, _ value: String, in database: any Database) async throws -> String {
        try await database.write { db in
            try db.execute("INSERT INTO installation (name, value) VALUES (\(name), \(value)) ON CONFLICT (name) DO NOTHING")
            return try db.first(String.self, "SELECT value FROM installation WHERE name = \(name)") ?? value
        }
    }

    public static func fact(_ name: String, in database: any Database) async throws -> String? {
        try await database.read { try $0.first(String.self, "SELECT value FROM installation WHERE name = \(name)") }
    }

    /// Whether anybody's data is in the database.
    public static func isEmpty(_ database: any Database) async throws -> Bool {
        try await database.read { try !$0.exists("SELECT 1 FROM landlords") }
    }
}
