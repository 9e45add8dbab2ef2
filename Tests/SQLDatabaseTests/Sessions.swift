import Foundation
import SQLDatabase
import Synchronization
import TestSupport

/// Server processes that a transaction tells its test about.
enum Sessions {
    static let middle = Note()
    static let frozen = Note()

    final class Note: Sendable {
        private let process = Mutex(0)
        var value: Int { process.withLock { $0 } }
        func set(_ value: Int) { process.withLock { $0 = value } }
    }
}

extension DatabaseOptions {
    static var oneConnection: DatabaseOptions {
        var options = DatabaseOptions.forTests
        options.connections = 1
        return options
    }
}

extension Database {
    /// The server process behind this database's only connection.
    func session() async throws -> Int {
        try await read { try $0.first(Int.self, "SELECT pg_backend_pid()") ?? 0 }
    }

    /// Ends another session, and waits until it is gone.
    func end(_ process: Int) async throws {
        _ = try await read { try $0.rows("SELECT pg_terminate_backend(CAST(\(process) AS INTEGER), 5000)") }
    }

    func waitForEnd(of process: Int) async throws {
        try await waitUntil { try !$0.exists("SELECT 1 FROM pg_stat_activity WHERE pid = \(process)") }
    }

    /// Looks again until the condition holds.
    func waitUntil(_ condition: @escaping @Sendable (any Connection) throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !read(condition) {
            guard ContinuousClock.now < deadline else { throw Overdue() }
            _ = try await read { try $0.rows("SELECT pg_sleep(0.02)") }
        }
    }
}

struct Overdue: Error {}

/// A PostgreSQL server of a test's own, which it may stop and start again.
enum Cluster {
    static func start(in folder: URL) async throws -> DatabaseURL {
        let output = try await run("start", folder)
        return try DatabaseURL(output.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    static func stop(in folder: URL) async throws {
        _ = try await run("stop", folder)
    }

    private static func run(_ verb: String, _ folder: URL) async throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../bin/postgres-for-tests")
            .standardized
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        let output = Pipe()
                        process.executableURL = script
                        process.arguments = [verb, folder.path]
                        process.standardOutput = output
                        try process.run()
                        let bytes = output.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        guard process.terminationStatus == 0 else { throw ScriptFailed(verb: verb, status: process.terminationStatus) }
                        return String(decoding: bytes, as: UTF8.self)
                    })
            }
        }
    }

    struct ScriptFailed: Error {
        let verb: String
        let status: Int32
    }
}
