import Foundation

extension Simulator {
    /// One Graph call from arrival to answer, with whatever faults are on, and its record.
    func receive(_ request: GraphRequest) async -> GraphOutcome {
        let start = ContinuousClock.now
        let outcome = await outcome(of: request)
        record(request, outcome, took: ContinuousClock.now - start)
        return outcome
    }

    private func outcome(of request: GraphRequest) async -> GraphOutcome {
        if let fault = takeFault(.delayAnswer, where: { Self.concerns($0, request) }) {
            try? await Task.sleep(for: .milliseconds(fault.int("ms") ?? 1_000))
        }
        if hasFault(.graphDown) {
            return .answer(status: 503, body: "<html><body><h1>Sorry, something went wrong.</h1></body></html>", isJSON: false)
        }
        if takeFault(.closeBeforeAccept, where: { Self.concerns($0, request) }) != nil { return .hangUp }
        do throws(GraphRefusal) {
            let answer = try await answer(request)
            await settle(request)
            return isLost(request) ? .hangUp : .answer(status: 200, body: answer.metaText, isJSON: true)
        } catch {
            return .answer(status: error.status, body: error.json.metaText, isJSON: true)
        }
    }

    /// What was accepted is kept before it is answered; a status that must come first has been acknowledged by then.
    private func settle(_ request: GraphRequest) async {
        let awaited = awaitedWebhooks
        awaitedWebhooks = []
        if request.method != "GET" || request.path.first == "oauth" { await persist() }
        let deadline = ContinuousClock.now + .seconds(5)
        while awaited.contains(where: { world.webhooks.contains($0) }), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isLost(_ request: GraphRequest) -> Bool {
        if request.path == ["oauth", "access_token"] { return takeFault(.exchangeAnswerLost) != nil }
        return takeFault(.loseAnswer, where: { Self.concerns($0, request) }) != nil
    }

    /// Faults of the connection concern sends, unless the fault names another part of the path.
    private static func concerns(_ fault: Fault, _ request: GraphRequest) -> Bool {
        if let part = fault.text("path") { return request.rawPath.contains(part) }
        return request.method == "POST" && request.path.last == "messages" && request.text("status") == nil
    }

    private func record(_ request: GraphRequest, _ outcome: GraphOutcome, took: Duration) {
        var status = 0
        var answer = ""
        if case .answer(let code, let body, _) = outcome { (status, answer) = (code, body) }
        requests.add(
            RecordedRequest(
                time: now, method: request.method, path: request.rawPath, body: .object(request.parameters), status: status,
                answer: answer, milliseconds: Int(took / .milliseconds(1))))
    }
}
