import Foundation
import Logging
import Messaging
import MessagingWeb
import SQLDatabase

/// The landlords and tenants of the demo.
enum DemoWorld {
    static let signIn = DemoSignIn(
        landlord: Landlord.ID("olga"), name: "Olga Brandt", colleague: (Person.ID("marek"), "Marek Kowalski"))

    /// Makes tables, landlords and tenants, in a database of the demo's own only. Can be repeated.
    /// - Throws: `DemoRefused` for any other database.
    static func prepare(_ settings: Settings, logger: Logger) async throws {
        try await claim(settings)
        try await withMessaging(settings, logger: logger) { messaging in
            // Once: whom Olga takes away does not come back with the next start.
            let isNew = try await !messaging.landlords.exists(signIn.landlord)
            for household in households {
                let membership = try await messaging.landlords.create(
                    landlord: household.landlord, name: household.name, owner: Person.ID(household.landlord.rawValue),
                    ownerName: household.owner)
                _ = try await messaging.desk(of: membership).sync(household.tenants)
            }
            guard isNew else { return }
            try await messaging.landlords.add(colleague: Person.ID("marek"), named: "Marek Kowalski", to: signIn.landlord)
            try await writeQuickAnswers(messaging)
        }
    }

    private static func writeQuickAnswers(_ messaging: Messaging) async throws {
        let olga = try await messaging.landlords.membership(
            of: Person.ID("olga"), chosen: signIn.landlord, creating: false, name: nil)
        for (title, text) in quickAnswers {
            _ = try await messaging.desk(of: olga).addQuickAnswer(title: title, text: text)
        }
    }

    private static func claim(_ settings: Settings) async throws {
        try refuseForeignFile(settings)
        let databases = try await ServerDatabases.open(settings)
        do {
            try await claim(databases)
            await databases.close()
        } catch {
            await databases.close()
            throw error
        }
    }

    // Opening a SQLite file already changes it (its journal mode). One of ours always has its ledger beside it.
    private static func refuseForeignFile(_ settings: Settings) throws {
        guard settings.database.dialect == .sqlite else { return }
        if let bytes = size(of: settings.database), bytes > 0, size(of: settings.ledger) == nil { throw foreign }
    }

    private static func size(of file: DatabaseURL) -> Int? {
        let path = String(file.text.dropFirst("sqlite:".count))
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    private static func claim(_ databases: ServerDatabases) async throws {
        let isUntouched = try await databases.data.read { db in
            try !db.exists(
                SQL(
                    sqlite: "SELECT 1 FROM sqlite_master",
                    postgres: "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema()"))
        }
        if !isUntouched { try await refuseForeign(databases.data) }
        _ = try await databases.migrate()
        guard try await Installation.note("createdBy", "demo", in: databases.data) == "demo" else { throw foreign }
    }

    private static func refuseForeign(_ database: any Database) async throws {
        // Without our tables there is no such fact, and the question itself fails: somebody else's database.
        guard let creator = try? await Installation.fact("createdBy", in: database) else {
            guard (try? await Installation.isEmpty(database)) == true else { throw foreign }
            return
        }
        guard creator == "demo" else { throw foreign }
    }

    private static let foreign = DemoRefused(
        reason: "The demo did not create this database, and leaves it alone. Use zenrent serve for it, or unset DATABASE_URL.")
}
