import Foundation
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

@Suite("Spoilt events")
struct FuzzedEventTests {
    @Test("Whatever a signed body holds, it is applied or set aside, and what follows it is applied", arguments: TestEngine.allCases)
    func noiseThenNews(on engine: TestEngine) async throws {
        try await withWorld(engine, running: false) { world in
            _ = try await world.olga.sync([.agreed("t-nadia", "Nadia Rahman", World.nadiasPhone)])
            try await world.connectByHand(World.olga, World.olgasNumber, waba: "104000000000001")
            let corpus = try Corpus()

            for input in 0..<600 {
                var mutator = Mutator(corpus: corpus, dice: Dice(seed: 2026, input: input))
                try await world.messaging.ledger.store(mutator.body())
                if input % 20 == 19 { try await world.messaging.applyAll() }
            }
            let news = Webhook.body([.text("wamid.news", "The tap drips again", at: world.clock.now)])
            try await world.messaging.ledger.store(news)
            try await world.messaging.applyAll()

            let status = try await world.messaging.ledgerStatus()
            #expect(status.waiting == 0)
            let rows = try await world.database.read { try $0.rows("SELECT preview FROM messages WHERE wamid = 'wamid.news'") }
            #expect(rows.count == 1)
        }
    }
}
