import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Chaos")
struct ChaosTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// `CHAOS_SEED` names one story, `CHAOS_SEEDS` says how many.
    private static var seeds: ClosedRange<UInt64> {
        if let one = environment["CHAOS_SEED"].flatMap(UInt64.init) { return one...one }
        let first = environment["CHAOS_FIRST"].flatMap(UInt64.init) ?? 1
        return first...(first + (environment["CHAOS_SEEDS"].flatMap(UInt64.init) ?? 80) - 1)
    }

    @Test("Whatever is late, doubled, out of order or interrupted, the facts are those of the run in order", arguments: TestEngine.allCases)
    func truthUnderChaos(on engine: TestEngine) async throws {
        try await withChaosDatabase(engine) { database in
            let trial = Trial(database: database)
            var broken = 0
            for seed in Self.seeds where broken < 3 {
                let story = Story(seed: seed)
                guard try await !trial.faults(of: story).isEmpty else { continue }
                Issue.record("\(try await trial.report(story))")
                broken += 1
            }
        }
    }

    @Test("A text that gets lost is noticed, and the story shrinks to its telling")
    func lossIsNoticed() async throws {
        try await withChaosDatabase(.sqlite) { database in
            let story = Story(seed: 3), trial = Trial(database: database, sabotage: .losesText)

            let short = try await trial.shrunk(story)

            let faults = try await trial.faults(of: short)
            #expect(faults.contains { $0.contains("missing; the run in order knows") })
            #expect(short.scenes.count <= 4, "\(short.scenes)")
        }
    }

    @Test("A message that reaches a phone twice is noticed, and the story shrinks to its sending")
    func doublingIsNoticed() async throws {
        try await withChaosDatabase(.sqlite) { database in
            let trial = Trial(database: database, sabotage: .repeatsLostCalls)
            var found: Story?
            for seed in 1...400 as ClosedRange<UInt64> where found == nil {
                let story = Story(seed: seed)
                guard story.scenes.count < 40 else { continue }
                if try await trial.faults(of: story).contains(where: { $0.contains("reached a phone 2 times") }) { found = story }
            }

            let short = try await trial.shrunk(try #require(found))

            let faults = try await trial.faults(of: short)
            #expect(!faults.isEmpty)
            #expect(short.scenes.count <= 12, "\(short.scenes)")
        }
    }
}

/// A database for many stories, one after the other. Here processes die and machines do not, so nothing waits for a disk.
private func withChaosDatabase(_ engine: TestEngine, _ body: (any Database) async throws -> Void) async throws {
    try await inTestRoom {
        switch engine {
        case .sqlite: try await withFolderInMemory { try await open(DatabaseURL("sqlite:\($0.path)/chaos.sqlite"), body) }
        case .postgres:
            try await withTestDatabaseURL(.postgres) { url in
                try await open(DatabaseURL(url.text + "%20-csynchronous_commit%3Doff"), body)
            }
        }
    }
}

private func open(_ url: DatabaseURL, _ body: (any Database) async throws -> Void) async throws {
    let database = try await Databases.open(url, options: .forTests)
    do {
        _ = try await Schema.data().migrate(database)
        try await body(database)
    } catch {
        await database.close()
        throw error
    }
    await database.close()
}

private func withFolderInMemory(_ body: (URL) async throws -> Void) async throws {
    let memory = URL(fileURLWithPath: "/dev/shm/zenrent-\(UUID().uuidString)")
    guard (try? FileManager.default.createDirectory(at: memory, withIntermediateDirectories: false)) != nil else {
        return try await withTemporaryFolder(body)
    }
    defer { try? FileManager.default.removeItem(at: memory) }
    try await body(memory)
}
