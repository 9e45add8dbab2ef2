import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("How numbers stand")
struct LineCheckTests {
    @Test("A number that Meta lets send fast does so from its first day", arguments: TestEngine.allCases)
    func fastFromTheStart(on engine: TestEngine) async throws {
        try await withWorld(engine) { world in
            try await world.meta.post("numbers/\(World.olgasNumber)", ["throughput": "HIGH"])

            try await world.connect(world.olga)

            #expect(try await throughput(in: world) == "HIGH")
        }
    }

    @Test("A new level that no webhook told of is known after six hours, and Meta is not asked before", arguments: TestEngine.allCases)
    func learnt(on engine: TestEngine) async throws {
        try await withConnectedLine(engine) { world, checks in
            let atFirst = try await throughput(in: world)
            try await world.meta.post("numbers/\(World.olgasNumber)", ["throughput": "HIGH"])
            let asked = try await looks(in: world)

            world.clock.advance(by: LineChecks.interval - 600)
            let early = try await checks.checkSome()
            #expect(try await looks(in: world) == asked)
            #expect(try await throughput(in: world) == atFirst)

            world.clock.advance(by: 601)
            let due = try await checks.checkSome(), again = try await checks.checkSome()

            #expect(atFirst == "STANDARD" && early == 0 && due == 1 && again == 0)
            #expect(try await looks(in: world) == asked + 1)
            #expect(try await throughput(in: world) == "HIGH")
        }
    }

    @Test("A look that Meta refuses changes nothing; the next one is six hours later", arguments: TestEngine.allCases)
    func refused(on engine: TestEngine) async throws {
        try await withConnectedLine(engine) { world, checks in
            let before = try await world.olga.lines()
            try await world.meta.post("numbers/\(World.olgasNumber)", ["throughput": "HIGH", "quality": "RED"])
            try await world.meta.fault("expireToken")
            world.clock.advance(by: LineChecks.interval + 1)

            let due = try await checks.checkSome(), again = try await checks.checkSome()

            let after = try await world.olga.lines()
            #expect(due == 1 && again == 0)
            #expect(try await throughput(in: world) == "STANDARD")
            #expect(after.map(\.status) == before.map(\.status) && after.map(\.qualityRating) == before.map(\.qualityRating))
        }
    }

    /// Olga's line, with the product's loops at rest again, so that only the test looks.
    private func withConnectedLine(
        _ engine: TestEngine, _ body: @escaping @Sendable (World, LineChecks) async throws -> Void
    ) async throws {
        try await withWorld(engine, running: false) { world in
            let loops = Task { await world.messaging.run() }
            let onboarding = try? await world.connect(world.olga)
            loops.cancel()
            await loops.value
            #expect(onboarding?.status == .done)
            let messaging = world.messaging
            let checks = LineChecks(
                database: world.database, graph: messaging.graph, keys: messaging.keys, hub: messaging.hub, calls: messaging.metaCalls,
                leases: messaging.leases, logger: quietLogger)
            try await body(world, checks)
        }
    }

    private func throughput(in world: World) async throws -> String? {
        try await world.database.read { try $0.first(String?.self, "SELECT throughput FROM lines") } ?? nil
    }

    /// How often Meta was asked for Olga's number.
    private func looks(in world: World) async throws -> Int {
        try await world.meta.requests().count { request in
            request["method"]?.string == "GET" && request["path"]?.string?.hasSuffix("/\(World.olgasNumber)") == true
        }
    }
}
