import Foundation
import SQLDatabase
import TestSupport
import Testing

/// The system calls are watched, and made to fail, from outside by strace, where it is installed and allowed.
@Suite("A commit has reached the disk", .enabled(if: Strace.isUsable))
struct DurabilityTests {
    @Test("Every SQLite commit flushes the file before it counts")
    func flushes() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabase(.sqlite) { db in
                try await Tenancy.create(in: db)
                let strace = try await Strace.watch(["-e", "trace=fdatasync,fsync"])

                for number in 0..<5 {
                    try await db.write { try $0.execute("INSERT INTO tenants (id, landlord_id) VALUES (\("\(number)"), 'olga')") }
                }

                let flushes = try Strace.stop(strace).matches(of: /f(?:data)?sync\([0-9]+/).count
                guard flushes >= 5 else { fatalExit("\(flushes) flushes for 5 commits") }
            }
        }
    }

    @Test("While the log is copied every commit still flushes it, and the copying flushes the file")
    func flushesWhileCopying() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabaseURL(.sqlite) { url in
                let db = try await Databases.open(url, options: .forTests), photo = [UInt8](repeating: 7, count: 1 << 19)
                try await Tenancy.create(in: db)
                let strace = try await Strace.watch(["-y", "-e", "trace=fdatasync,fsync"])

                for number in 0..<40 {
                    try await db.write {
                        try $0.execute("INSERT INTO tenants (id, landlord_id, photo) VALUES (\("\(number)"), 'olga', \(photo))")
                    }
                }
                await db.close()

                let seen = try Strace.stop(strace)
                let ofLog = seen.matches(of: /f(?:data)?sync\([0-9]+<[^>]*-wal>/).count
                let ofFile = seen.matches(of: /f(?:data)?sync\([0-9]+<[^>]*\.sqlite>/).count
                guard ofLog >= 40, ofFile >= 1 else { fatalExit("\(ofLog) flushes of the log and \(ofFile) of the file for 40 commits") }
            }
        }
    }

    @Test("A transaction of hundreds of pages reaches the log in a few writes")
    func fewWrites() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabase(.sqlite) { db in
                try await Tenancy.create(in: db)
                let photo = [UInt8](repeating: 7, count: 1 << 20), strace = try await Strace.watch(["-y", "-e", "trace=pwrite64"])

                try await db.write { try $0.execute("INSERT INTO tenants (id, landlord_id, photo) VALUES ('x', 'olga', \(photo))") }

                let writes = try Strace.stop(strace).matches(of: /pwrite64\([0-9]+<[^>]*-wal>/).count
                guard (1...40).contains(writes) else { fatalExit("\(writes) writes for 256 pages") }
            }
        }
    }

    @Test("A log that finds no room fails the transaction, wherever it is noticed, and later ones go on")
    func noRoom() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabaseURL(.sqlite) { url in
                let db = try await Databases.open(url, options: .forTests), photo = [UInt8](repeating: 7, count: 1 << 18)
                try await Tenancy.create(in: db)
                @Sendable func insert(_ id: String) async -> DatabaseError? {
                    await failure {
                        _ = try await db.write {
                            try $0.execute("INSERT INTO tenants (id, landlord_id, photo) VALUES (\(id), 'olga', \(photo))")
                        }
                    }
                }
                let log = String(url.text.dropFirst("sqlite:".count)) + "-wal"
                for place in 1...4 {
                    let strace = try await Strace.watch(
                        ["-P", log, "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=\(place)"])
                    let error = await insert("lost \(place)")
                    _ = try Strace.stop(strace)
                    guard case .diskFull? = error else { fatalExit("write \(place): \(String(describing: error))") }
                    if let error = await insert("kept \(place)") { fatalExit("after write \(place): \(error)") }
                }

                let ids = try await db.read { try $0.all(String.self, "SELECT id FROM tenants ORDER BY id") }
                await db.close()
                guard ids == (1...4).map({ "kept \($0)" }) else { fatalExit("\(ids)") }
            }
        }
    }

    @Test("When the disk refuses to flush the file that the log is copied into, nothing is written any more")
    func failedCopy() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabaseURL(.sqlite) { url in
                let db = try await Databases.open(url, options: .forTests), photo = [UInt8](repeating: 7, count: 1 << 19)
                try await Tenancy.create(in: db)
                let file = String(url.text.dropFirst("sqlite:".count))
                let strace = try await Strace.watch(["-P", file, "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"])

                // The log is copied beside the writer, whenever that gets its turn.
                let error = try await eventually("the disk's refusal is noticed") {
                    await failure {
                        _ = try await db.write {
                            try $0.execute("INSERT INTO tenants (id, landlord_id, photo) VALUES (\(UUID().uuidString), 'olga', \(photo))")
                        }
                    }
                }
                _ = try Strace.stop(strace)

                guard case .notDurable = error else { fatalExit("\(error)") }
            }
        }
    }

    @Test("When the disk refuses to flush, the commit fails as not durable, and so does every later write")
    func failedFlush() async {
        await #expect(processExitsWith: .success) {
            try await withTestDatabase(.sqlite) { db in
                try await Tenancy.create(in: db)
                let strace = try await Strace.watch(["-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"])
                let first = await failure {
                    _ = try await db.write { try $0.execute("INSERT INTO tenants (id, landlord_id) VALUES ('x', 'olga')") }
                }
                _ = try Strace.stop(strace)

                let later = await failure {
                    _ = try await db.write { try $0.execute("INSERT INTO tenants (id, landlord_id) VALUES ('y', 'olga')") }
                }

                guard case .notDurable? = first, later == first else {
                    fatalExit("\(String(describing: first)), \(String(describing: later))")
                }
            }
        }
    }
}

private func failure(_ work: () async throws -> Void) async -> DatabaseError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? DatabaseError
    }
}

private func fatalExit(_ words: String) -> Never {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
    exit(1)
}

/// strace, attached to this process.
private enum Strace {
    /// Root may trace everything; others only where the kernel allows it, which is not worth a guess.
    static let isUsable = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")

    /// Attaches, and waits until system calls are really seen.
    static func watch(_ arguments: [String]) async throws -> (strace: Process, output: URL) {
        let output = FileManager.default.temporaryDirectory.appending(path: "strace-\(UUID().uuidString)")
        let strace = Process()
        strace.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        strace.arguments = ["-f", "-o", output.path, "-p", "\(getpid())"] + arguments
        let words = Pipe()
        strace.standardError = words
        try strace.run()
        // It says "attached" once, with all threads that there are; new threads are followed.
        var said = ""
        while !said.contains("attached") {
            let more = words.fileHandleForReading.availableData
            guard !more.isEmpty else { throw NotAttached(words: said) }
            said += String(decoding: more, as: UTF8.self)
        }
        return (strace, output)
    }

    /// Lets go of this process and answers what was seen. Started from a thread that blocks gentler signals, strace hears only this one.
    static func stop(_ watch: (strace: Process, output: URL)) throws -> String {
        kill(watch.strace.processIdentifier, SIGKILL)
        watch.strace.waitUntilExit()
        defer { try? FileManager.default.removeItem(at: watch.output) }
        return try String(contentsOf: watch.output, encoding: .utf8)
    }

    struct NotAttached: Error { let words: String }
}
