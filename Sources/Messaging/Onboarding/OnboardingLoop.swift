import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Makes the calls that `Onboarder` asks for. A thin shell: claim, call, record.
struct OnboardingLoop: Sendable {
    let database: any Database
    let graph: GraphClient
    let keys: TokenKeys
    let appID: AppID
    let systemUserToken: AccessToken?
    let hub: EventHub
    let wake: Wake
    let applier: Wake
    let sender: Wake
    let leases: LeaseClock
    let calls: MetaCalls
    let random: @Sendable () -> Randomness
    let logger: Logger

    func run() async {
        // On a database of its own a process that has just started owes nothing to the leases of the one before.
        if database.dialect == .sqlite {
            _ = try? await database.write { try $0.execute("UPDATE onboardings SET lease_until = NULL WHERE status = 'running'") }
        }
        await wake.loop {
            do {
                return try await turn()
            } catch {
                logger.error("The onboarding loop failed", metadata: ["error": "\(error)"])
                return false
            }
        }
    }

    private func turn() async throws -> Bool {
        let turns = try await decide { onboarder in try onboarder.step(limit: 8) }
        await withDiscardingTaskGroup { group in
            for turn in turns {
                group.addTask { await take(turn) }
            }
        }
        return !turns.isEmpty
    }

    private func take(_ turn: OnboardingTurn) async {
        let renewal = Task { await renew(turn.row) }
        let answer = await answer(to: turn.call)
        renewal.cancel()
        answer.count(in: calls)
        do {
            do {
                try await decide { try $0.record(answer, of: turn.row) }
            } catch DatabaseError.uniqueViolation {
                // Two landlords claimed the same account at the same moment; the database let one of them in.
                try await decide { try $0.stop(turn.row, .accountTaken, code: nil) }
            }
        } catch is OvertakenOnboarding {
            logger.notice("Another process went on with this onboarding", metadata: ["onboarding": "\(turn.row.onboardingId)"])
        } catch {
            logger.error("An onboarding step was not recorded", metadata: ["onboarding": "\(turn.row.onboardingId)", "error": "\(error)"])
        }
        await hub.wake([turn.row.landlordId])
        applier.signal()
        sender.signal()
    }

    // The lease is short, so that another process soon takes over from a dead one; a living one renews it while Meta thinks.
    private func renew(_ row: OnboardingRow) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(Onboarder.lease / 3))
            guard !Task.isCancelled else { return }
            try? await decide { try $0.renew(row) }
        }
    }

    private func decide<T: Sendable>(_ work: @escaping @Sendable (inout Onboarder) throws -> T) async throws -> T {
        let random = random(), keys = keys, appID = self.appID, canFetchAgain = systemUserToken != nil, leases = leases
        return try await database.write { db in
            var onboarder = Onboarder(
                db: db, keys: keys, appID: appID, canFetchAgain: canFetchAgain, now: try leases.now(on: db), random: random)
            return try work(&onboarder)
        }
    }

    private func answer(to call: OnboardingCall) async -> OnboardingAnswer {
        do throws(GraphFailure) {
            switch call {
            case .exchange(let code): return .token(try await graph.exchange(code: code))
            case .fetchAgain(let business):
                guard let systemUserToken else { return .failed(.notSent("META_SYSTEM_USER_TOKEN is not set.")) }
                return .token(try await graph.fetchBusinessTokenAgain(of: business, systemUserToken: systemUserToken))
            case .inspect(let token): return .inspection(try await graph.inspect(token))
            case .account(let waba, let token): return .account(try await graph.account(waba, token: token))
            case .numbers(let waba, let token): return .numbers(try await graph.phoneNumbers(of: waba, token: token))
            case .subscribe(let waba, let token):
                try await graph.subscribe(to: waba, token: token)
                return .subscribed
            case .register(let number, let pin, let mayRegister, let token):
                return try await register(number, pin: pin, mayRegister: mayRegister, token: token)
            case .templates(let waba, let token): return .templates(try await templates(of: waba, token: token))
            case .none: return .nothing
            }
        } catch {
            logger.warning("Meta did not take an onboarding step", metadata: ["failure": "\(error)"])
            return .failed(error)
        }
    }

    private func register(
        _ number: PhoneNumberID, pin: String, mayRegister: Bool, token: AccessToken
    ) async throws(GraphFailure) -> OnboardingAnswer {
        let info = try await graph.phoneNumber(number, token: token)
        // A number in the phone app (coexistence) is on already and must not be registered.
        if info.isCoexistence || (info.status == .connected && info.platformType == "CLOUD_API") { return .numberIsOn(info) }
        guard mayRegister else { return .numberIsOff }
        try await graph.register(number, pin: pin, token: token)
        // Only a registered number has a level. Not to know it is no failure: it is asked for again.
        return .numberIsOn(try? await graph.phoneNumber(number, token: token))
    }

    // Our own templates are added where they are missing. A landlord can chat without them, so a refusal does not stop the onboarding.
    private func templates(of waba: WABAID, token: AccessToken) async throws(GraphFailure) -> [TemplateInfo] {
        let found = try await graph.templates(of: waba, token: token)
        let missing = StandardTemplates.all.filter { ours in !found.contains { $0.name == ours.name && $0.language == ours.language } }
        guard !missing.isEmpty else { return found }
        for definition in missing {
            do throws(GraphFailure) {
                _ = try await graph.createTemplate(definition, in: waba, token: token)
            } catch {
                logger.warning("A standard template was not taken", metadata: ["template": "\(definition.name)", "failure": "\(error)"])
            }
        }
        return try await graph.templates(of: waba, token: token)
    }
}

extension OnboardingAnswer {
    fileprivate func count(in calls: MetaCalls) {
        switch self {
        case .nothing: break
        case .failed(let failure): calls.ended(.onboarding, failure)
        default: calls.ended(.onboarding, nil)
        }
    }
}
