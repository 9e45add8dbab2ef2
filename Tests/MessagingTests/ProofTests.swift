import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("The chain of records")
struct ProofTests {
    @Test(
        "What was said and what became of it stands in the chain, each thing once, in the order in which it was seen",
        arguments: TestEngine.allCases)
    func everything(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady(), now = world.clock.now
            let thread = try await olga.conversations().items[0].id
            try await world.messaging.chain.catchUp(World.olga)
            _ = try await olga.send(.text("This morning."), to: .conversation(thread))
            let calls = try await world.claim(at: world.clock.now).calls
            try await world.accept(calls, at: world.clock.now)
            try await world.messaging.chain.catchUp(World.olga)
            let ours = "wamid.\(calls[0].fence)"
            try await world.deliver(
                .status(ours, "delivered", at: now), .status(ours, "read", at: now + 1),
                .said("wamid.R", "reaction", ["message_id": .string(ours), "emoji": "👍"], at: now + 2))
            try await world.messaging.chain.catchUp(World.olga)

            let records = try await world.records()
            try await world.messaging.chain.catchUp(World.olga)

            #expect(records.map(\.kind) == [.consent, .received, .sent, .attempt, .reaction, .status, .status])
            #expect(records.map(\.fact).suffix(3) == ["reaction.in", "delivered", "read"])
            #expect(records[1].content?.contains("Is the heating fixed?") == true && records[1].content?.contains("wamid.HELLO") == true)
            #expect(records[0].content?.contains("Clause 14") == true)
            #expect(World.holds(records))
            #expect(try await world.records().count == records.count)
        }
    }

    @Test("Edits, deletions and STOP are further records: what stood there before stays", arguments: TestEngine.allCases)
    func changes(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            let now = world.clock.now
            try await world.messaging.chain.catchUp(World.olga)
            let before = try await world.records()

            try await world.deliver(.edited("wamid.E", "wamid.HELLO", to: "Is the boiler fixed?", at: now + 60))
            try await world.messaging.chain.catchUp(World.olga)
            try await world.deliver(
                .said("wamid.D", "revoke", ["original_message_id": "wamid.HELLO"], at: now + 90), .text("wamid.STOP", "STOP", at: now + 100)
            )
            try await world.messaging.chain.catchUp(World.olga)

            let records = try await world.records()
            #expect(Array(records.prefix(before.count).map(\.link)) == before.map(\.link))
            #expect(Set(records.dropFirst(before.count).map(\.kind)) == [.edit, .deletion, .received, .consent])
            #expect(records.filter { $0.kind == .consent }.map(\.version) == [1, 2])
            #expect(records.first { $0.kind == .edit }?.content?.contains("Is the boiler fixed?") == true)
            #expect(World.holds(records))
        }
    }

    @Test("Several processes write one chain without gaps, and nothing twice", arguments: TestEngine.allCases)
    func together(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (_, threads) = try await world.olgasTenants(20)
            let other = world.restarted.messaging

            try await withThrowingTaskGroup(of: Void.self) { group in
                for chain in [world.messaging.chain, other.chain, world.messaging.chain, other.chain] {
                    group.addTask { try await chain.catchUp(World.olga) }
                }
                group.addTask {
                    for number in 1...20 { try await world.deliver(.text("wamid.MORE\(number)", "More \(number)", at: world.clock.now)) }
                }
                try await group.waitForAll()
            }
            try await other.chain.catchUp(World.olga)

            let records = try await world.records()
            #expect(threads.count == 20 && records.filter { $0.kind == .received }.count == 41)
            #expect(Set(records.map { "\($0.subjectId) \($0.fact)" }).count == records.count)
            #expect(World.holds(records))
        }
    }

    @Test("What happened before there was a chain, or longer ago than events are kept, is looked up once", arguments: TestEngine.allCases)
    func history(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let (olga, _) = try await world.olgasTenants(5)
            try await world.database.write { try $0.execute("DELETE FROM live_blocks") }
            try await world.messaging.chain.catchUp(World.olga)
            let found = try await world.records()
            try await world.deliver(.text("wamid.NEW", "And now?", at: world.clock.now))
            try await world.messaging.chain.catchUp(World.olga)

            let records = try await world.records()
            #expect(found.filter { $0.kind == .received }.count == 6 && found.filter { $0.kind == .consent }.count == 6)
            #expect(records.count == found.count + 1 && World.holds(records))
            #expect(try await olga.conversations().items.count == 6)
        }
    }

    @Test("Erasing takes salt and content away; the chain still holds, tells of it, and nothing comes back", arguments: TestEngine.allCases)
    func erased(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let olga = try await world.olgaReady()
            try await world.messaging.chain.catchUp(World.olga)
            let message = try #require(try await olga.conversations().items[0].lastMessage?.messageId)
            let before = try await world.records()

            let count = try await world.messaging.eraseRecords(of: World.olga, about: [message.rawValue], reason: "Nadia asked for it")
            let again = try await world.messaging.eraseRecords(of: World.olga, about: [message.rawValue], reason: "Nadia asked for it")
            let foreign = try await world.messaging.eraseRecords(of: World.pavel, about: [message.rawValue], reason: "No business of his")
            try await world.database.write { db in
                try LandlordRows(World.olga, db).publish([.message(message, in: Conversation.ID("x"))], now: world.clock.now)
            }
            try await world.messaging.chain.catchUp(World.olga)

            let records = try await world.records()
            #expect(count == 1 && again == 0 && foreign == 0)
            #expect(records.count == before.count + 1 && records.last?.kind == .erasure)
            #expect(records.last?.content?.contains("Nadia asked for it") == true)
            #expect(!records.contains { $0.content?.contains("heating") == true })
            #expect(records.filter { $0.salt == nil }.map(\.kind) == [.received])
            #expect(World.holds(records))
        }
    }

    @Test("The loop writes by itself what comes in, for every landlord in a chain of their own", arguments: TestEngine.allCases)
    func loop(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olgaReady()
            _ = try await world.pavelReady()
            let loop = Task { await world.messaging.chain.run() }
            defer { loop.cancel() }

            try await eventually("both chains are there") {
                let olgas = try await world.records(), pavels = try await world.records(of: World.pavel)
                return olgas.count == 2 && pavels.count == 2 && World.holds(olgas) && World.holds(pavels, of: World.pavel)
            }
            #expect(try await world.records(of: World.pavel).allSatisfy { $0.content?.contains("heating") != true })
        }
    }

    @Test("A chain in which one byte was changed in the database does not hold", arguments: ["content", "at", "digest"])
    func tampered(column: String) async throws {
        try await withWorld(.sqlite, running: false) { world in
            _ = try await world.olgaReady()
            try await world.messaging.chain.catchUp(World.olga)
            #expect(World.holds(try await world.records()))

            try await world.database.write { db in
                let change: SQL =
                    switch column {
                    case "content": "content = REPLACE(content, 'heating', 'cooling')"
                    case "at": "at = at + 1"
                    default: "digest = salt"
                    }
                try db.execute("UPDATE proof_records SET \(change) WHERE number = 2")
            }

            #expect(!World.holds(try await world.records()))
        }
    }

    @Test(
        "The installation's key is made once, for all processes, is the same after a restart, and lies sealed",
        arguments: TestEngine.allCases)
    func key(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let other = world.restarted.messaging

            async let one = world.messaging.proofPublicKey()
            async let two = other.proofPublicKey()
            let keys = try await [one, two, world.restarted.messaging.proofPublicKey()]
            let kept = try #require(try await Installation.fact("proof key", in: world.database))
            let strange = try TokenKeys(TokenKeys.newKey(id: "k2"))

            #expect(Set(keys).count == 1 && Data(base64Encoded: keys[0])?.count == 32)
            #expect(kept.hasPrefix("k1.") && !kept.contains(keys[0]))
            await #expect(throws: SecretUnreadable.self) { try await ProofKey.load(from: world.database, keys: strange) }
        }
    }
}

extension World {
    func records(of landlord: Landlord.ID = Self.olga) async throws -> [ProofRecord] {
        try await database.read { db in
            try db.all(
                ProofRecord.self, "SELECT \(ProofRecord.columns) FROM proof_records WHERE landlord_id = \(landlord) ORDER BY number")
        }
    }

    /// Whether every record fits its digest and follows from the one before.
    static func holds(_ records: [ProofRecord], of landlord: Landlord.ID = Self.olga) -> Bool {
        var link = ProofChain.start
        for (place, record) in records.enumerated() {
            if let salt = record.salt, let content = record.content, ProofChain.digest(salt: salt, content: content) != record.digest {
                return false
            }
            let leaf = ProofChain.leaf(kind: record.kind.rawValue, digest: record.digest, at: record.at.milliseconds)
            link = ProofChain.link(after: link, landlord: landlord.rawValue, number: record.number, leaf: leaf)
            guard record.number == Int64(place + 1), link == record.link else { return false }
        }
        return !records.isEmpty
    }
}

extension JSONValue {
    static func edited(_ wamid: String, _ target: String, to body: String, at time: Date) -> JSONValue {
        said(
            wamid, "edit",
            ["original_message_id": .string(target), "message": ["type": "text", "text": ["body": .string(body)]]], at: time)
    }
}
