import Foundation
import SQLDatabase
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Which files are fetched next")
struct MediaQueueTests {
    @Test(
        "A landlord with many files takes half of the room at most; the other one's photo is among the first",
        arguments: TestEngine.allCases)
    func fairness(_ engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await world.waiting(["olga": 20, "pavel": 1])

            let claimed = try await world.queue("one") {
                try $0.claim(TransferCrew<WantedMedia>.places, after: Landlord.ID(""), underWay: [:]).transfers
            }

            let byLandlord = Dictionary(grouping: claimed, by: \.landlord).mapValues(\.count)
            #expect(byLandlord == [World.olga: TransferCrew<WantedMedia>.places / 2, World.pavel: 1])
        }
    }

    @Test(
        "Two processes never fetch the same file, and what a dead one had claimed is free after its lease", arguments: TestEngine.allCases)
    func leases(_ engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            try await world.waiting(["olga": 3])
            let start = Landlord.ID("")

            let first = try await world.queue("one") { try $0.claim(6, after: start, underWay: [:]).transfers }
            let second = try await world.queue("two") { try $0.claim(6, after: start, underWay: [:]).transfers }
            world.clock.advance(by: MediaQueue.lease - 1)
            try await world.queue("one") { try $0.renew() }
            world.clock.advance(by: 2)
            let renewed = try await world.queue("two") { try $0.claim(6, after: start, underWay: [:]).transfers }
            world.clock.advance(by: MediaQueue.lease)
            let taken = try await world.queue("two") { try $0.claim(6, after: start, underWay: [:]).transfers }

            #expect(first.count == 3 && second.isEmpty && renewed.isEmpty && taken.count == 3)
            #expect(taken.allSatisfy { $0.tries == 2 })
        }
    }

    @Test(
        "After seven days of failing a file is given up, also on a line that was disconnected, and the page is told",
        arguments: TestEngine.allCases)
    func late(_ engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let messages = try await world.waiting(["olga": 2])
            let olga = try await world.olga
            for line in try await olga.lines() { try await olga.disconnect(line.lineId) }
            let before = try await olga.liveSequence()

            world.clock.advance(by: MediaQueue.patience - 60)
            let early = try await world.queue("one") { try $0.giveUpLate() }
            world.clock.advance(by: 120)
            let changed = try await world.queue("one") { try $0.giveUpLate() }

            #expect(early.isEmpty && changed == [World.olga])
            #expect(try await olga.media(of: messages).values.allSatisfy { $0.state == .lost(.unreachable) })
            #expect(try await olga.liveSequence() == before + 2)
        }
    }

    @Test("What is recorded twice, or too late, changes nothing", arguments: TestEngine.allCases)
    func twice(_ engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            let messages = try await world.waiting(["olga": 1])
            let claimed = try await world.queue("one") { try $0.claim(1, after: Landlord.ID(""), underWay: [:]).transfers }
            let wanted = try #require(claimed.first)
            let content = MediaFile.Content(
                digest: String(repeating: "a", count: 64), type: .jpeg, bytes: 3, width: nil, height: nil, seconds: nil, pages: nil)

            for outcome in [MediaOutcome.stored(content), .stored(content), .lost(.gone), .again(why: "late"), .released] {
                _ = try await world.queue("one") { queue in
                    var random = Randomness.system
                    return try queue.record(outcome, of: wanted, random: &random)
                }
            }

            let olga = try await world.olga
            #expect(try await olga.media(of: messages)[messages[0]]?.state == .stored(content))
        }
    }
}

extension World {
    /// Landlords with messages whose files are still at WhatsApp. Answers the messages.
    @discardableResult
    func waiting(_ files: [String: Int]) async throws -> [Message.ID] {
        let now = clock.now
        _ = try await (olga, pavel)
        var messages: [Message.ID] = []
        for (landlord, count) in files {
            messages += try await database.write { db in
                try db.execute(
                    """
                    INSERT INTO accounts (landlord_id, account_id, waba_id, business_id, status, token_sealed, connected_at, updated_at)
                    VALUES (\(landlord), 'a', \("waba-" + landlord), 'b', 'connected', 'sealed', \(now), \(now))
                    """)
                try db.execute(
                    """
                    INSERT INTO lines (landlord_id, line_id, account_id, kind, waba_id, phone_number_id, phone_number, status, on_business_app,
                        proven_at, applies_from)
                    VALUES (\(landlord), 'l', 'a', 'own', \("waba-" + landlord), \("number-" + landlord), '+44', 'connected', FALSE, \(now),
                        \(now))
                    """)
                return try (0..<count).map { number in
                    let id = Message.ID("\(landlord)-\(number)")
                    try db.execute(
                        """
                        INSERT INTO messages (landlord_id, message_id, line_id, conversation_id, direction, type, content, preview, richness,
                            state, at, created_at)
                        VALUES (\(landlord), \(id), 'l', 'c', 'in', 'image', '{"type":"image","image":{"id":"1"}}', 'Photo', 2, 'received',
                            \(now), \(now))
                        """)
                    try db.execute(
                        """
                        INSERT INTO media (landlord_id, message_id, state, due_at, give_up_at)
                        VALUES (\(landlord), \(id), 'wanted', \(now), \(now + MediaQueue.patience))
                        """)
                    return id
                }
            }
        }
        return messages
    }

    func queue<T: Sendable>(_ process: String, _ work: @escaping @Sendable (MediaQueue) throws -> T) async throws -> T {
        let now = clock.now
        return try await database.write { try work(MediaQueue(db: $0, now: now, process: process)) }
    }

    /// The message once its file is here. Time passes for what is tried again.
    func storedFile(_ wamid: String, at desk: Desk) async throws -> (message: Message, content: MediaFile.Content) {
        try await eventually("the file is here") {
            guard let (message, file) = try await file(wamid, at: desk), case .stored(let content) = file.state else { return nil }
            return (message, content)
        }
    }

    func lostFile(_ wamid: String, at desk: Desk) async throws -> MediaFile.Problem {
        try await eventually("the file is lost") {
            guard let (_, file) = try await file(wamid, at: desk), case .lost(let problem) = file.state else { return nil }
            return problem
        }
    }

    private func file(_ wamid: String, at desk: Desk) async throws -> (Message, MediaFile)? {
        clock.advance(by: 0.1)
        for thread in try await desk.conversations().items {
            guard let message = try await desk.messages(wamids: [wamid], in: thread.id).first else { continue }
            return try await desk.media(of: [message.messageId])[message.messageId].map { (message, $0) }
        }
        return nil
    }

    /// Everything in the store that is not on its way.
    func keptFiles() -> [URL] {
        let all =
            FileManager.default.enumerator(at: media, includingPropertiesForKeys: [.isRegularFileKey])?.compactMap { $0 as? URL } ?? []
        return all.filter {
            (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true && !$0.path.contains("/incoming/")
        }
    }
}
