import Foundation
import SQLDatabase
import WhatsAppCloudAPI

extension Onboarder {
    /// Writes down what a call brought and moves on. A refusal leaves nothing half-made: accounts and lines appear only once both are proven.
    mutating func record(_ answer: OnboardingAnswer, of row: OnboardingRow) throws {
        switch answer {
        case .token(let token): try keep(token, row)
        case .inspection(let inspection): try prove(inspection, row)
        case .account(let info):
            try advance(
                row,
                with:
                    ", account_name = \(info.name), currency = \(info.currency), business_id = COALESCE(\(info.ownerBusinessID?.rawValue), business_id)"
            )
        case .numbers(let numbers): try choose(numbers, row)
        case .subscribed: try advance(row)
        case .numberIsOn(let info):
            if let info { try keep(info, row) }
            try advance(row)
        case .numberIsOff: try stop(row, .registrationUnclear, code: nil)
        case .templates(let templates):
            try LandlordRows(row.landlordId, db).store(templates, waba: row.wabaId ?? "", at: now.wholeSecond)
            try advance(row)
        case .nothing: try finish(row)
        case .failed(let failure): try failed(failure, row)
        }
    }

    private func keep(_ token: BusinessToken, _ row: OnboardingRow) throws {
        let sealed = try keys.seal(token.token.reveal(), for: row.name("token"))
        let expiry = token.expiresIn.map { now + Double($0) }
        try advance(row, with: ", token_sealed = \(sealed), token_expires_at = \(expiry), code_sealed = NULL")
    }

    private func keep(_ info: PhoneNumberInfo, _ row: OnboardingRow) throws {
        let line = try db.first(
            Line.ID.self,
            """
            SELECT line_id FROM lines WHERE landlord_id = \(row.landlordId) AND phone_number_id = \(info.id.rawValue)
                AND status <> 'disconnected'
            """)
        if let line { _ = try LandlordRows(row.landlordId, db).note(info, of: line) }
    }

    /// The security step (fact sheet, section 2.6): what the browser said counts only if the token itself reaches it.
    private func prove(_ inspection: TokenInspection, _ row: OnboardingRow) throws {
        guard inspection.isValid, inspection.appID == appID else { return try stop(row, .foreignToken, code: inspection.error?.code) }
        var reached: [String]?
        for scope in ["whatsapp_business_management", "whatsapp_business_messaging"] {
            switch inspection.reach(of: scope) {
            case .none: return try stop(row, .permissionMissing, code: nil)
            case .everything: break
            case .only(let ids): reached = reached.map { $0.filter(ids.contains) } ?? ids
            }
        }
        let waba: String
        if let hint = row.hintedWabaId {
            // Without named targets the next step proves it, by reading this account with this token.
            guard reached?.contains(hint) ?? true else { return try stop(row, .foreignAccount, code: nil) }
            waba = hint
        } else {
            guard let reached, let only = reached.first else { return try stop(row, .chooseAccount, code: nil) }
            guard reached.count == 1 else { return try stop(row, .chooseAccount, code: nil) }
            waba = only
        }
        guard try !isTaken("SELECT 1 FROM accounts WHERE waba_id = \(waba) AND status <> 'disconnected'", row) else {
            return try stop(row, .accountTaken, code: nil)
        }
        try advance(row, with: ", waba_id = \(waba)")
    }

    private func isTaken(_ active: SQL, _ row: OnboardingRow) throws -> Bool {
        try db.exists("\(active) AND landlord_id <> \(row.landlordId)")
    }

    /// The number must be in the account's own list; with several, only the one that was chosen in the popup counts.
    private mutating func choose(_ numbers: [PhoneNumberInfo], _ row: OnboardingRow) throws {
        let number: PhoneNumberInfo
        if let hint = row.hintedPhoneNumberId {
            guard let match = numbers.first(where: { $0.id.rawValue == hint }) else { return try stop(row, .foreignNumber, code: nil) }
            number = match
        } else {
            let fromApp = row.browserEvent == "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING" ? numbers.filter(\.isOnBizApp) : numbers
            guard let only = fromApp.first else { return try stop(row, .noNumber, code: nil) }
            guard fromApp.count == 1 else { return try stop(row, .chooseNumber, code: nil) }
            number = only
        }
        let active: SQL = "SELECT 1 FROM lines WHERE phone_number_id = \(number.id.rawValue) AND status <> 'disconnected'"
        guard try !isTaken(active, row) else { return try stop(row, .numberTaken, code: nil) }
        let account = try storeAccount(row)
        try storeLine(number, account: account, row)
        try advance(row, with: ", phone_number_id = \(number.id.rawValue), proven_at = \(now)")
    }

    private mutating func storeAccount(_ row: OnboardingRow) throws -> String {
        let known = try db.first(
            String.self,
            """
            SELECT account_id FROM accounts WHERE landlord_id = \(row.landlordId) AND waba_id = \(row.wabaId)
            ORDER BY connected_at DESC LIMIT 1
            """)
        let id = known ?? uuidV7(now: now, random: &random)
        let sealed = try keys.seal(try token(of: row).reveal(), for: tokenRow(row.landlordId, id))
        try db.execute(
            """
            INSERT INTO accounts (landlord_id, account_id, waba_id, business_id, name, currency, status, token_sealed, token_expires_at,
                connected_at, updated_at)
            VALUES (\(row.landlordId), \(id), \(row.wabaId), \(row.businessId), \(row.accountName), \(row.currency), 'connected',
                \(sealed), \(row.tokenExpiresAt), \(now), \(now))
            ON CONFLICT (landlord_id, account_id) DO UPDATE SET status = 'connected', token_sealed = excluded.token_sealed,
                token_expires_at = excluded.token_expires_at, name = excluded.name, currency = excluded.currency,
                connected_at = excluded.connected_at, updated_at = excluded.updated_at
            """)
        return id
    }

    private mutating func storeLine(_ number: PhoneNumberInfo, account: String, _ row: OnboardingRow) throws {
        let phone = number.digits.map { "+" + $0 } ?? ""
        let id = number.id.rawValue
        let known = try db.first(
            KnownLine.self,
            """
            SELECT line_id, proven_at, applies_from FROM lines WHERE landlord_id = \(row.landlordId) AND phone_number_id = \(id) LIMIT 1
            """)
        let line = known?.lineId ?? Line.ID(now: now, random: &random)
        let (provenAt, appliesFrom) = try proof(of: id, known, row)
        try db.execute(
            """
            INSERT INTO lines (landlord_id, line_id, account_id, kind, waba_id, phone_number_id, phone_number, verified_name, status,
                quality_rating, throughput, on_business_app, proven_at, applies_from, checked_at)
            VALUES (\(row.landlordId), \(line), \(account), 'own', \(row.wabaId), \(id), \(phone), \(number.verifiedName), 'connecting',
                \(number.qualityRating), \(number.throughputLevel), \(number.isCoexistence), \(provenAt), \(appliesFrom), \(now))
            ON CONFLICT (landlord_id, line_id) DO UPDATE SET account_id = excluded.account_id, waba_id = excluded.waba_id,
                verified_name = excluded.verified_name, status = excluded.status, quality_rating = excluded.quality_rating,
                throughput = excluded.throughput, on_business_app = excluded.on_business_app, proven_at = excluded.proven_at,
                applies_from = excluded.applies_from, checked_at = excluded.checked_at
            """)
    }

    // A line that changes hands carries no words over; one that never had another owner keeps what waited for it. Who connects a line again
    // that nobody else had meanwhile has proven it already: what was said since then is theirs, and opens windows, however late it is told.
    private func proof(of number: String, _ known: KnownLine?, _ row: OnboardingRow) throws -> (provenAt: Date, appliesFrom: Date) {
        let others: SQL = "SELECT 1 FROM lines WHERE phone_number_id = \(number) AND landlord_id <> \(row.landlordId)"
        if let known, try !db.exists("\(others) AND proven_at >= \(known.provenAt)") { return (known.provenAt, known.appliesFrom) }
        return (now, try db.exists(others) ? now : Date(milliseconds: 0))
    }

    /// The line is on: what waited for it is applied next, and messages go out.
    private func finish(_ row: OnboardingRow) throws {
        let line = try db.first(
            Line.ID.self,
            """
            SELECT line_id FROM lines WHERE landlord_id = \(row.landlordId) AND phone_number_id = \(row.phoneNumberId)
                AND status <> 'disconnected'
            """)
        guard let line else { return try stop(row, .foreignNumber, code: nil) }
        let pin = try row.pinSealed.map { try keys.seal(keys.open($0, for: row.name("pin")), for: "lines/\(row.landlordId)/\(line)/pin") }
        try db.execute(
            """
            UPDATE lines SET status = 'connected', pin_sealed = COALESCE(\(pin), pin_sealed)
            WHERE landlord_id = \(row.landlordId) AND line_id = \(line)
            """)
        try WaitingItems.release(number: row.phoneNumberId ?? "", waba: row.wabaId ?? "", on: db, now: now)
        try advance(row, with: ", token_sealed = NULL, pin_sealed = NULL")
        try LandlordRows(row.landlordId, db).publish([.account(line)], now: now)
    }

    private mutating func failed(_ failure: GraphFailure, _ row: OnboardingRow) throws {
        switch failure {
        case .refused(let error) where row.step == .exchange && row.tries > 1 && error.isSpentCode:
            // Our own earlier call was lost, and with it the code. A first call refused like this is simply a spent code.
            try loseCode(row)
        case .refused(let error):
            if case .retrySoon = error.entry.remedy, row.tries < 8, row.step != .register { return try waitAndTryAgain(row) }
            try stop(row, OnboardingProblem(error, at: row.step), code: error.code)
        case .notSent:
            let unsent: SQL = row.step == .register ? ", registers = registers - 1" : ""
            row.tries < 12 ? try waitAndTryAgain(row, resetting: unsent) : try stop(row, .metaSilent, code: nil)
        case .answerLost, .unreadable:
            if row.step == .exchange && row.codeSealed != nil { return try loseCode(row) }
            row.tries < 12 ? try waitAndTryAgain(row) : try stop(row, .metaSilent, code: nil)
        }
    }

    // Only an account that no other landlord ever had may be fetched again: the business that the browser named is not proven by a code.
    private mutating func loseCode(_ row: OnboardingRow) throws {
        let others = try db.exists(
            """
            SELECT 1 FROM accounts WHERE landlord_id <> \(row.landlordId)
                AND (waba_id = \(row.hintedWabaId) OR business_id = \(row.hintedBusinessId))
            """)
        guard canFetchAgain, row.hintedBusinessId != nil, !others else { return try stop(row, .answerLost, code: nil) }
        try waitAndTryAgain(row, resetting: ", code_sealed = NULL")
    }
}

private struct KnownLine: Decodable {
    let lineId: Line.ID
    let provenAt: Date
    let appliesFrom: Date
}

extension GraphError {
    fileprivate var isSpentCode: Bool { code == 100 && (subcode == 36007 || subcode == 36009) }
}

extension OnboardingProblem {
    init(_ error: GraphError, at step: OnboardingStep) {
        self =
            switch (step, error.code, error.subcode) {
            case (.exchange, 100, 36007): .codeExpired
            case (.exchange, 100, 36009): .codeUsed
            case (.account, 100, 33), (.number, 100, 33), (.account, 10, _): .foreignAccount
            case (.register, 133005, _), (.register, 133008, _), (.register, 133009, _): .pinNeeded
            case (.register, 133006, _): .notVerified
            case (.register, 133016, _): .tooManyRegistrations
            default: .metaRefused
            }
    }
}
