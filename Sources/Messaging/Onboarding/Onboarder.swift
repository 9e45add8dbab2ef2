import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A call to Meta that an onboarding needs next. All may be repeated, except the exchange (the code works once) and the
/// registration (ten in 72 hours), which have their own rules.
enum OnboardingCall: Sendable {
    case exchange(code: String)
    /// The exchange's answer was lost: Meta gives the same token again to our own system user.
    case fetchAgain(BusinessID)
    case inspect(AccessToken)
    case account(WABAID, AccessToken)
    case numbers(WABAID, AccessToken)
    case subscribe(WABAID, AccessToken)
    /// Read the number first; register only when it is not on yet and `mayRegister`.
    case register(PhoneNumberID, pin: String, mayRegister: Bool, AccessToken)
    case templates(WABAID, AccessToken)
    case none
}

/// What a call brought.
enum OnboardingAnswer: Sendable {
    case token(BusinessToken)
    case inspection(TokenInspection)
    case account(WABAInfo)
    case numbers([PhoneNumberInfo])
    case subscribed
    /// With what Meta says of it, when it could be read again.
    case numberIsOn(PhoneNumberInfo?)
    case numberIsOff
    case templates([TemplateInfo])
    case nothing
    case failed(GraphFailure)
}

struct OnboardingRow: Decodable, Sendable {
    let landlordId: Landlord.ID
    let onboardingId: Onboarding.ID
    let step: OnboardingStep
    let browserEvent: String?
    let hintedWabaId: String?
    let hintedPhoneNumberId: String?
    let hintedBusinessId: String?
    let codeSealed: String?
    let tokenSealed: String?
    let tokenExpiresAt: Date?
    let wabaId: String?
    let businessId: String?
    let accountName: String?
    let currency: String?
    let phoneNumberId: String?
    let pinSealed: String?
    let registers: Int
    let tries: Int
    let fence: String?

    func name(_ secret: String) -> String { "onboardings/\(landlordId)/\(onboardingId)/\(secret)" }
}

/// The onboarding under way in this process, with the call it needs.
struct OnboardingTurn: Sendable {
    let row: OnboardingRow
    let call: OnboardingCall
}

/// Decides an onboarding's next call and what its answer means. Every state is a row, so a process may end between any two steps.
struct Onboarder {
    /// Renewed while a call is under way.
    static let lease: TimeInterval = 15
    /// Meta allows ten in 72 hours. One that was counted and killed before its call counts too: nobody knows better.
    private static let mostRegistrations = 6

    let db: any Connection
    let keys: TokenKeys
    let appID: AppID
    let canFetchAgain: Bool
    let now: Date
    var random: Randomness

    /// Claims onboardings that can go on.
    mutating func step(limit: Int) throws -> [OnboardingTurn] {
        let fence = uuidV7(now: now, random: &random)
        let rows = try db.all(
            OnboardingRow.self,
            """
            WITH claimed AS MATERIALIZED (
                SELECT landlord_id, onboarding_id FROM onboardings
                WHERE status = 'running' AND due_at <= \(now) AND (lease_until IS NULL OR lease_until < \(now))
                ORDER BY due_at LIMIT \(limit) \(SQL.skipLocked))
            UPDATE onboardings SET lease_until = \(now + Self.lease), fence = \(fence), tries = tries + 1
            WHERE (landlord_id, onboarding_id) IN (SELECT landlord_id, onboarding_id FROM claimed)
            RETURNING *
            """)
        return try rows.compactMap { row in
            do {
                return OnboardingTurn(row: row, call: try call(for: row))
            } catch let problem as OnboardingProblem {
                try stop(row, problem, code: nil)
            } catch is SecretUnreadable {
                try stop(row, .secretLost, code: nil)
            }
            return nil
        }
    }

    private mutating func call(for row: OnboardingRow) throws -> OnboardingCall {
        switch row.step {
        case .exchange:
            if let sealed = row.codeSealed { return .exchange(code: try keys.open(sealed, for: row.name("code"))) }
            guard canFetchAgain, let business = row.hintedBusinessId else { throw OnboardingProblem.answerLost }
            return .fetchAgain(BusinessID(rawValue: business))
        case .permission: return .inspect(try token(of: row))
        case .account: return .account(WABAID(rawValue: row.wabaId ?? ""), try token(of: row))
        case .number: return .numbers(WABAID(rawValue: row.wabaId ?? ""), try token(of: row))
        case .subscribe: return .subscribe(WABAID(rawValue: row.wabaId ?? ""), try token(of: row))
        case .register:
            // Counted and sealed before the call: a crash leaves a number whose PIN we know.
            let pin = try row.pinSealed.map { try keys.open($0, for: row.name("pin")) } ?? newPIN()
            let sealed = try keys.seal(pin, for: row.name("pin"))
            try db.execute("UPDATE onboardings SET registers = registers + 1, pin_sealed = \(sealed) WHERE \(mine(row))")
            let mayRegister = row.registers < Self.mostRegistrations
            return .register(PhoneNumberID(rawValue: row.phoneNumberId ?? ""), pin: pin, mayRegister: mayRegister, try token(of: row))
        case .templates: return .templates(WABAID(rawValue: row.wabaId ?? ""), try token(of: row))
        case .ready: return .none
        }
    }

    func token(of row: OnboardingRow) throws -> AccessToken {
        AccessToken(try keys.open(row.tokenSealed ?? "", for: row.name("token")))
    }

    private mutating func newPIN() -> String {
        let digits = String(Int.random(in: 0...999_999, using: &random))
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The rows this process may still write: its own claim, unless another has taken over.
    func mine(_ row: OnboardingRow) -> SQL {
        "landlord_id = \(row.landlordId) AND onboarding_id = \(row.onboardingId) AND fence = \(row.fence) AND status = 'running'"
    }

    /// Keeps a claim whose call is still under way.
    func renew(_ row: OnboardingRow) throws {
        try db.execute("UPDATE onboardings SET lease_until = \(now + Self.lease) WHERE \(mine(row)) AND lease_until IS NOT NULL")
    }

    /// Goes on to the next step. `with` is what the finished step found out, in the same transaction.
    func advance(_ row: OnboardingRow, _ state: Onboarding.Step.State = .done, with found: SQL = "") throws {
        let steps = OnboardingStep.allCases
        let next = steps.firstIndex(of: row.step).flatMap { steps.indices.contains($0 + 1) ? steps[$0 + 1] : nil }
        let rows = LandlordRows(row.landlordId, db)
        let moved = try db.execute(
            """
            UPDATE onboardings SET step = \(next ?? .ready), status = \(next == nil ? "done" : "running"), due_at = \(now), tries = 0,
                lease_until = NULL, fence = NULL, updated_at = \(now) \(found)
            WHERE \(mine(row))
            """)
        guard moved == 1 else { throw OvertakenOnboarding() }
        try rows.mark(row.step, of: row.onboardingId, state, now: now)
        if let next { try rows.mark(next, of: row.onboardingId, .underWay, now: now) }
        try rows.publish([.onboarding(row.onboardingId)], now: now)
    }

    func stop(_ row: OnboardingRow, _ problem: OnboardingProblem, code: Int?) throws {
        let stopped = try db.execute(
            """
            UPDATE onboardings SET status = 'failed', problem = \(problem), problem_code = \(code), code_sealed = NULL, lease_until = NULL,
                updated_at = \(now)
            WHERE \(mine(row))
            """)
        guard stopped == 1 else { throw OvertakenOnboarding() }
        let rows = LandlordRows(row.landlordId, db)
        try rows.mark(row.step, of: row.onboardingId, .needsYou, now: now)
        try rows.publish([.onboarding(row.onboardingId)], now: now)
    }

    mutating func waitAndTryAgain(_ row: OnboardingRow, resetting: SQL = "") throws {
        let next = now + RetryPolicy.backoff(row.tries, random: &random)
        try db.execute("UPDATE onboardings SET due_at = \(next), lease_until = NULL, fence = NULL \(resetting) WHERE \(mine(row))")
    }
}

/// Another process took this onboarding over; what this one found out is not written.
struct OvertakenOnboarding: Error {}

extension OnboardingProblem: Error {}
