import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// The steps of connecting a number, in order.
public enum OnboardingStep: String, Codable, Sendable, CaseIterable, SQLBindable {
    case exchange, permission, account, number, subscribe, register, templates, ready
}

/// How connecting a number stands.
public struct Onboarding: Codable, Sendable, Equatable {
    public typealias ID = Identifier<Onboarding>

    public enum Status: String, Codable, Sendable {
        case running, failed, done
    }

    public struct Step: Codable, Sendable, Equatable {
        public enum State: String, Codable, Sendable, SQLBindable {
            case toCome, underWay, done, skipped, needsYou
        }

        public let step: OnboardingStep
        public let state: State
        public let startedAt: Date?
        public let finishedAt: Date?
    }

    public let onboardingId: ID
    public let status: Status
    public let step: OnboardingStep
    public let problem: OnboardingProblem?
    /// Meta's error code, when Meta refused.
    public let problemCode: Int?
    public let createdAt: Date
}

/// Why connecting stopped, and what helps.
public enum OnboardingProblem: String, Codable, Sendable, Equatable, SQLBindable {
    case codeExpired, codeUsed, answerLost, foreignToken, permissionMissing, foreignAccount, accountTaken, chooseAccount
    case noNumber, chooseNumber, foreignNumber, numberTaken, pinNeeded, tooManyRegistrations, registrationUnclear, notVerified
    case metaRefused, metaSilent, secretLost

    /// What happened and what to do, for the landlord.
    public var words: String {
        switch self {
        case .codeExpired: "Meta’s permission was valid for 30 seconds and has run out. Press Connect again."
        case .codeUsed: "Meta’s permission can be used once, and it has been. Press Connect again."
        case .answerLost: "The line broke while Meta handed us the permission. Press Connect again; nothing is lost."
        case .foreignToken: "This permission was given to another app. Press Connect here and go through Meta’s window once more."
        case .permissionMissing: "We need the permission to read and to send WhatsApp messages. Connect again and leave both switched on."
        case .foreignAccount: "Meta’s permission does not cover this WhatsApp account. Connect again and choose the account you own."
        case .accountTaken: "This WhatsApp account is connected to another landlord here. Disconnect it there first, or choose another one."
        case .chooseAccount: "Meta’s permission covers several WhatsApp accounts. Connect again and choose one."
        case .noNumber: "This WhatsApp account has no phone number yet. Connect again and add one."
        case .chooseNumber: "This WhatsApp account has several numbers. Connect again and choose the one for your tenants."
        case .foreignNumber: "The chosen number does not belong to the chosen WhatsApp account. Connect again and choose both together."
        case .numberTaken: "This number is connected to another landlord here. Disconnect it there first, or choose another one."
        case .pinNeeded: "This number already has a PIN, most likely from your former provider. Enter it once."
        case .tooManyRegistrations:
            "Meta blocks new tries for three days, since there were too many. Nothing else is needed; come back then."
        case .registrationUnclear: "Meta did not say whether the number is turned on. Press Try again; we look first and never ask twice."
        case .notVerified: "Meta has not confirmed this number yet. Confirm it by SMS or call in WhatsApp Manager, then press Try again."
        case .metaRefused: "Meta did not accept this step. The code below helps Meta’s support."
        case .metaSilent: "Meta cannot be reached at the moment. We keep trying; you can leave this page."
        case .secretLost: "The stored permission can no longer be opened. Press Connect again."
        }
    }

    /// Whether the same onboarding can go on; otherwise only Meta's window helps.
    public var canGoOn: Bool {
        switch self {
        case .pinNeeded, .tooManyRegistrations, .registrationUnclear, .notVerified, .metaRefused, .metaSilent: true
        default: false
        }
    }
}

/// What the browser brings back from Meta's popup. Everything but the code is a hint, to be proven.
public struct SignupResult: Codable, Sendable {
    public var code: String
    public var wabaId: String?
    public var phoneNumberId: String?
    public var businessId: String?
    /// The popup's word, such as `FINISH`.
    public var event: String?

    public init(code: String, wabaId: String? = nil, phoneNumberId: String? = nil, businessId: String? = nil, event: String? = nil) {
        self.code = code
        self.wabaId = wabaId
        self.phoneNumberId = phoneNumberId
        self.businessId = businessId
        self.event = event
    }
}

extension LandlordRows {
    static let onboardingColumns: SQL = "onboarding_id, status, step, problem, problem_code, created_at"

    func onboarding(_ id: Onboarding.ID) throws -> Onboarding {
        let found = try db.first(
            Onboarding.self,
            "SELECT \(Self.onboardingColumns) FROM onboardings WHERE landlord_id = \(landlord) AND onboarding_id = \(id)")
        guard let found else { throw NotFound() }
        return found
    }

    func latestOnboarding() throws -> Onboarding? {
        try db.first(
            Onboarding.self,
            "SELECT \(Self.onboardingColumns) FROM onboardings WHERE landlord_id = \(landlord) ORDER BY onboarding_id DESC LIMIT 1")
    }

    func steps(of id: Onboarding.ID) throws -> [Onboarding.Step] {
        let stored = try db.all(
            Onboarding.Step.self,
            """
            SELECT step, state, started_at, finished_at FROM onboarding_steps WHERE landlord_id = \(landlord) AND onboarding_id = \(id)
            """)
        return OnboardingStep.allCases.map { step in
            stored.first { $0.step == step } ?? Onboarding.Step(step: step, state: .toCome, startedAt: nil, finishedAt: nil)
        }
    }

    /// Begins connecting. The code is sealed at once; the same code again is the same onboarding.
    func begin(_ result: SignupResult, by person: Person.ID, keys: TokenKeys, now: Date, random: inout Randomness) throws -> Onboarding.ID {
        let hash = secretHash(result.code)
        let same = try db.first(
            Onboarding.ID.self, "SELECT onboarding_id FROM onboardings WHERE landlord_id = \(landlord) AND code_hash = \(hash)")
        if let same { return same }
        let id = Onboarding.ID(now: now, random: &random)
        let sealed = try keys.seal(result.code, for: "onboardings/\(landlord)/\(id)/code")
        try db.execute(
            """
            INSERT INTO onboardings (landlord_id, onboarding_id, person_id, status, step, browser_event, hinted_waba_id,
                hinted_phone_number_id, hinted_business_id, code_hash, code_sealed, code_at, due_at, created_at, updated_at)
            VALUES (\(landlord), \(id), \(person), 'running', 'exchange', \(result.event), \(result.wabaId), \(result.phoneNumberId),
                \(result.businessId), \(hash), \(sealed), \(now), \(now), \(now), \(now))
            """)
        try mark(.exchange, of: id, .underWay, now: now)
        try publish([.onboarding(id)], now: now)
        return id
    }

    /// Goes on after a problem that a person could solve; `pin` when Meta asked for the number's old one.
    func goOn(_ id: Onboarding.ID, pin: String?, keys: TokenKeys, now: Date) throws {
        let stopped = try onboarding(id)
        guard stopped.status == .failed, stopped.problem?.canGoOn == true else { return }
        let sealed = try pin.map { try keys.seal($0, for: "onboardings/\(landlord)/\(id)/pin") }
        try db.execute(
            """
            UPDATE onboardings SET status = 'running', problem = NULL, problem_code = NULL, tries = 0, due_at = \(now), lease_until = NULL,
                registers = 0, pin_sealed = COALESCE(\(sealed), pin_sealed), updated_at = \(now)
            WHERE landlord_id = \(landlord) AND onboarding_id = \(id)
            """)
        try mark(stopped.step, of: id, .underWay, now: now)
        try publish([.onboarding(id)], now: now)
    }

    func mark(_ step: OnboardingStep, of id: Onboarding.ID, _ state: Onboarding.Step.State, now: Date) throws {
        let finished: Date? = state == .done || state == .skipped ? now : nil
        try db.execute(
            """
            INSERT INTO onboarding_steps (landlord_id, onboarding_id, step, state, started_at, finished_at)
            VALUES (\(landlord), \(id), \(step), \(state), \(now), \(finished))
            ON CONFLICT (landlord_id, onboarding_id, step) DO UPDATE SET state = excluded.state, finished_at = excluded.finished_at
            """)
    }
}
