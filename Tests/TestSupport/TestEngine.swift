import Foundation
import SQLDatabase

/// The engines on which every storage test runs.
public enum TestEngine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// The engines to test: both, unless ZENRENT_TESTS_SQLITE_ONLY says otherwise.
    public static var allCases: [TestEngine] {
        ProcessInfo.processInfo.environment["ZENRENT_TESTS_SQLITE_ONLY"] == nil ? [.sqlite, .postgres] : [.sqlite]
    }
}

/// Runs `body` with a new, empty database of its own, which is removed afterwards. Tests may do so in parallel.
@discardableResult
public func withTestDatabase<T>(
    _ engine: TestEngine, options: DatabaseOptions = .forTests, _ body: (any Database) async throws -> T
) async throws -> T {
    try await withTestDatabaseURL(engine) { url in
        let database = try await Databases.open(url, options: options)
        do {
            let result = try await body(database)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}

/// Runs `body` with the URL of a new, empty database, for tests that start a process with it. It is removed afterwards.
@discardableResult
public func withTestDatabaseURL<T>(_ engine: TestEngine, _ body: (DatabaseURL) async throws -> T) async throws -> T {
    switch engine {
    case .sqlite: try await withTemporaryFolder { try await body(DatabaseURL("sqlite:\($0.path)/test.sqlite")) }
    case .postgres: try await withTemporarySchema(body)
    }
}

extension DatabaseOptions {
    /// Few connections, since many tests run at once.
    public static var forTests: DatabaseOptions {
        var options = DatabaseOptions()
        options.connections = 4
        return options
    }
}

/// Runs `body` with a new folder, which is removed afterwards.
@discardableResult
public func withTemporaryFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zenrent-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

// A schema is made in a millisecond where a database would take a tenth of a second; the search path keeps tests apart.
private func withTemporarySchema<T>(_ body: (DatabaseURL) async throws -> T) async throws -> T {
    guard let server = ProcessInfo.processInfo.environment["TEST_POSTGRES_URL"] else { throw PostgresMissing() }
    let schema = "test_" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(20)
    try await runScript("CREATE SCHEMA \(schema)", on: server)
    let separator = server.contains("?") ? "&" : "?"
    do {
        let result = try await body(DatabaseURL("\(server)\(separator)options=-csearch_path%3D\(schema)"))
        try await dropSchema(schema, on: server)
        return result
    } catch {
        try? await dropSchema(schema, on: server)
        throw error
    }
}

private func dropSchema(_ schema: String, on server: String) async throws {
    try await runScript("SET LOCAL client_min_messages = warning; DROP SCHEMA \(schema) CASCADE", on: server)
}

private func runScript(_ script: String, on server: String) async throws {
    var options = DatabaseOptions.forTests
    options.connections = 1
    let database = try await Databases.open(DatabaseURL(server), options: options)
    do {
        try await database.write { try $0.executeScript(script) }
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}

/// PostgreSQL tests are never skipped silently.
struct PostgresMissing: Error, CustomStringConvertible {
    let description = """
        TEST_POSTGRES_URL is not set, so the PostgreSQL half of the tests cannot run. Use bin/test, which starts a server, \
        or set ZENRENT_TESTS_SQLITE_ONLY=1 to test SQLite alone.
        """
}
