import Dispatch
import Foundation
import SQLDatabase
import TestSupport
import Testing

@testable import Messaging

@Suite("Who waits for whom")
struct LockTests {
    @Test("Whoever makes a contact of a landlord holds up nobody who has news for that landlord")
    func newContact() async throws {
        guard TestEngine.allCases.contains(.postgres) else { return }
        try await withWorld(.postgres, running: false) { world in
            _ = try await world.olga
            let (inside, told) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))

            // A foreign key locks the landlord's row against deletion until the contact is committed.
            let holder = Task {
                defer { inside.continuation.finish() }
                return try await world.database.write { db in
                    try db.execute(
                        """
                        INSERT INTO contacts (landlord_id, contact_id, search_key, created_at, updated_at)
                        VALUES (\(World.olga), 'new', '', 0, 0)
                        """)
                    inside.continuation.yield()
                    var looks = 0
                    while looks < 10, told.wait(timeout: .now() + .milliseconds(200)) == .timedOut {
                        _ = try db.rows("SELECT 1")
                        looks += 1
                    }
                    return try db.first(Int64.self, "SELECT live_sequence FROM landlords WHERE landlord_id = \(World.olga)")
                }
            }
            for await _ in inside.stream { break }
            let now = world.clock.now
            let number = try await world.database.write { db in
                try LandlordRows(World.olga, db).publish([.contact(Contact.ID("another"))], now: now)
            }
            told.signal()

            // The holder was still inside when the other one had committed.
            #expect(try await holder.value == number)
        }
    }
}
