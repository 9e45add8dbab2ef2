import Foundation
import SQLDatabase
import WhatsAppCloudAPI

@testable import Messaging

/// What landlords do themselves, the same in a chaotic run and in the run in order.
struct Deeds {
    let db: any Connection
    let now: Date
    var random: Randomness

    mutating func perform(_ deed: Scene.Deed, by host: Host, templates: [OwnLine: String]) throws {
        let rows = LandlordRows(host.id, db)
        switch deed {
        case .syncs(let renter, let agreed): try sync(renter, agreed: agreed, rows)
        case .connects(let line):
            // A story that lost the giving away may not connect a line twice.
            guard try !db.exists("SELECT 1 FROM lines WHERE phone_number_id = \(line.number.rawValue)") else { return }
            try connect(line, host, from: Date(milliseconds: 0), template: templates[line])
        case .takesOver(let line):
            try giveUp(line, of: host == .olga ? .pavel : .olga)
            try connect(line, host, from: now, template: templates[line])
        case .givesAway(let line): try giveUp(line, of: host)
        case .reconnects(let line):
            try db.execute(
                """
                UPDATE accounts SET status = 'connected', connected_at = \(now)
                WHERE landlord_id = \(host.id) AND account_id = \(line.account) AND status <> 'disconnected'
                """)
        case .opens(let renter):
            guard let contact = try contact(renter, rows), let line = try rows.lines().first else { return }
            _ = try rows.openConversation(with: contact.contactId, on: line.lineId, now: now, random: &random)
        case .notes(let renter, let optedOut):
            guard let contact = try contact(renter, rows) else { return }
            _ = try rows.patch(contact.contactId, ContactPatch(optedOut: optedOut), now: now)
        case .sends, .repeats: break
        }
    }

    private func contact(_ renter: Renter, _ rows: LandlordRows) throws -> Contact? {
        try rows.contacts(externalIDs: [renter.externalID])[renter.externalID]
    }

    private func sync(_ renter: Renter, agreed: Bool, _ rows: LandlordRows) throws {
        let optIn = ContactInput.OptIn(source: "lease form", at: Date(timeIntervalSince1970: 1_709_424_000))
        let phone = "+" + renter.digits(moved: false)
        var sync = ContactSync(rows, now: now, random: random)
        _ = try sync.run([ContactInput(externalId: renter.externalID, name: renter.title, phone: phone, optIn: agreed ? optIn : nil)])
    }

    private func giveUp(_ line: OwnLine, of host: Host) throws {
        guard try LandlordRows(host.id, db).lines().contains(where: { $0.lineId == line.id }) else { return }
        _ = try LandlordRows(host.id, db).disconnect(line.id, now: now)
    }

    private func connect(_ line: OwnLine, _ host: Host, from: Date, template: String?) throws {
        try db.execute(
            """
            INSERT INTO accounts (landlord_id, account_id, waba_id, status, connected_at, updated_at)
            VALUES (\(host.id), \(line.account), \(line.waba.rawValue), 'connected', \(now), \(now))
            """)
        try db.execute(
            """
            INSERT INTO lines (landlord_id, line_id, account_id, kind, waba_id, phone_number_id, phone_number, status, on_business_app,
                proven_at, applies_from)
            VALUES (\(host.id), \(line.id), \(line.account), 'own', \(line.waba.rawValue), \(line.number.rawValue), '+442079460001',
                'connected', FALSE, \(now), \(from))
            """)
        let body = TemplateComponent(type: "BODY", text: "The rent is due.")
        try db.execute(
            """
            INSERT INTO templates (landlord_id, waba_id, name, language, category, status, parameter_format, components, status_at)
            VALUES (\(host.id), \(line.waba.rawValue), 'rent_reminder', 'en_GB', 'UTILITY', \(template), 'NAMED', \(json([body])),
                \(now.wholeSecond))
            """)
        try WaitingItems.release(number: line.number.rawValue, waba: line.waba.rawValue, on: db, now: now)
    }

    /// An empty world in which both landlords exist.
    static func begin(on db: any Connection, now: Date) throws {
        for table: SQL in [
            "read_receipts", "attempts", "outbox", "waiting_items", "wamid_routes", "reactions", "messages", "conversations",
            "contact_identities", "contacts", "templates", "lines", "accounts", "live_blocks", "paces", "pair_paces", "landlords",
        ] {
            try db.execute("DELETE FROM \(table)")
        }
        try db.execute(each: Host.allCases) {
            "INSERT INTO landlords (landlord_id, name, created_at) VALUES (\($0.id), \($0.title), \(now))"
        }
    }
}
