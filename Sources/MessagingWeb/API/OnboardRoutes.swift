import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Connecting a number with what Meta's popup handed to the browser.
struct OnboardRoutes {
    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("onboard", use: begin)
        router.get("onboard/:onboarding", use: show)
        router.post("onboard/:onboarding", use: goOn)
    }

    @Sendable private func begin(_ request: Request, context: LandlordContext) async throws -> Response {
        let result = try await request.json(SignupResult.self)
        let texts = [result.code, result.wabaId, result.phoneNumberId, result.businessId, result.event].compactMap { $0 }
        guard !result.code.isEmpty else { throw Refusal.badRequest("The field code is empty.", field: "code") }
        guard texts.allSatisfy({ $0.utf8.count <= 4_096 }) else { throw Refusal.badRequest("A field is longer than 4,096 bytes.") }
        let onboarding = try await context.desk.connect(result)
        return try await answer(onboarding.onboardingId, context.desk, status: .accepted)
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        try await answer(context.id("onboarding"), context.desk, status: .ok)
    }

    private struct Continuation: Decodable {
        let pin: String?
    }

    @Sendable private func goOn(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("onboarding", of: Onboarding.self)
        let pin = try await request.jsonIfAny(Continuation.self)?.pin
        if let pin, pin.wholeMatch(of: /[0-9]{6}/) == nil { throw Refusal.badRequest("The field pin must be six digits.", field: "pin") }
        let onboarding = try await context.desk.goOn(id, pin: pin)
        return try await answer(onboarding.onboardingId, context.desk, status: .accepted)
    }

    private func answer(_ id: Onboarding.ID, _ desk: Desk, status: HTTPResponse.Status) async throws -> Response {
        let (onboarding, steps) = try await desk.onboarding(id)
        return .json(Self.json(onboarding, steps), status: status)
    }

    static func json(_ onboarding: Onboarding, _ steps: [Onboarding.Step]) -> JSONValue {
        let problem = onboarding.problem.map { problem -> JSONValue in
            [
                "code": .string(problem.rawValue), "message": .string(problem.words), "canGoOn": .bool(problem.canGoOn),
                "metaCode": onboarding.problemCode.map { .integer(Int64($0)) } ?? .null,
            ]
        }
        return [
            "id": .id(onboarding.onboardingId), "status": .string(onboarding.status.rawValue), "step": .string(onboarding.step.rawValue),
            "problem": problem ?? .null, "createdAt": .time(onboarding.createdAt),
            "steps": .array(
                steps.map {
                    [
                        "step": .string($0.step.rawValue), "state": .string($0.state.rawValue), "startedAt": .time($0.startedAt),
                        "finishedAt": .time($0.finishedAt),
                    ]
                }),
        ]
    }
}
