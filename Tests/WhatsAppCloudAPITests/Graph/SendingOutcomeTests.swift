import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("A failed call says whether Meta may have acted")
struct SendingOutcomeTests {
    @Test("A refused connection was not sent") func refusedPort() async throws {
        try await withRefusingPort { port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome?.kind == .notSent)
                #expect(outcome?.leavesOutcomeUnknown == false)
            }
        }
    }

    @Test("A failed TLS handshake was not sent") func brokenHandshake() async throws {
        try await MetaStandIn.playing(.closeAtFirstByte) { standIn, port in
            try await withClient(Cast.configuration(port: port, scheme: "https")) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome?.kind == .notSent)
                #expect(standIn.requests.isEmpty)
            }
        }
    }

    @Test("A call that waited in vain for a free connection was not sent") func noFreeConnection() async throws {
        try await MetaStandIn.playing(.silence) { standIn, port in
            try await withHTTPClient(Cast.configuration(port: port), connectionsPerHost: 1) { httpClient in
                let patient = GraphClient(Cast.configuration(port: port), httpClient: httpClient, logger: LogLines().logger)
                let hurried = Cast.configuration(port: port, timeout: .milliseconds(300))
                let impatient = GraphClient(hurried, httpClient: httpClient, logger: LogLines().logger)
                let first = Task { await patient.failureOfReminder() }
                try await standIn.hasReceived(1)

                let outcome = await impatient.failureOfReminder()

                #expect(outcome?.kind == .notSent)
                #expect(standIn.requests.count == 1)
                first.cancel()
                _ = await first.value
            }
        }
    }

    @Test(
        "A connection that breaks after the request leaves the outcome unknown",
        arguments: [MetaStandIn.Behaviour.closeAfterRequest, .closeAfterHalfTheAnswer])
    func connectionBreaks(_ behaviour: MetaStandIn.Behaviour) async throws {
        try await MetaStandIn.playing(behaviour) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome?.kind == .answerLost)
                #expect(outcome?.leavesOutcomeUnknown == true)
                #expect(standIn.requests.count == 1, "A send must never be repeated behind the caller's back")
            }
        }
    }

    @Test("A server that never answers leaves the outcome unknown") func silence() async throws {
        try await MetaStandIn.playing(.silence) { standIn, port in
            try await withClient(Cast.configuration(port: port, timeout: .seconds(2))) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome?.kind == .answerLost)
                try await standIn.hasReceived(1)
            }
        }
    }

    @Test("An answer that drips on for ever is given up at the call's deadline") func drippingAnswer() async throws {
        try await MetaStandIn.playing(.drip) { _, port in
            try await withClient(Cast.configuration(port: port, timeout: .seconds(2))) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome?.kind == .answerLost)
            }
        }
    }

    @Test("A call that was cancelled before it began was not sent") func cancelledBefore() async throws {
        try await MetaStandIn.playing(.silence) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let call = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await client.failureOfReminder()
                }

                let outcome = await call.value
                #expect(outcome?.kind == .notSent, "\(String(describing: outcome))")
                #expect(standIn.requests.isEmpty)
            }
        }
    }

    @Test("Calls without a body tell a refused connection from a broken one as well") func withoutBody() async throws {
        try await MetaStandIn.playing(.closeAfterRequest) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfSubscribing()

                #expect(outcome?.kind == .answerLost)
                #expect(standIn.requests.count == 1)
            }
        }

        try await withRefusingPort { port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfSubscribing()

                #expect(outcome?.kind == .notSent, "\(String(describing: outcome))")
            }
        }
    }

    @Test("A cancelled call leaves the outcome unknown once the request has gone") func cancellation() async throws {
        try await MetaStandIn.playing(.silence) { standIn, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let call = Task { await client.failureOfReminder() }
                try await standIn.hasReceived(1)

                call.cancel()

                let outcome = await call.value
                #expect(outcome?.kind == .answerLost)
            }
        }
    }

    @Test("A redirect is not followed, and its outcome is unknown", arguments: [302, 307, 308])
    func redirect(_ status: Int) async throws {
        try await MetaStandIn.playing(.answer(200, try fixture("send-answer"))) { elsewhere, otherPort in
            let location = "Location: http://127.0.0.1:\(otherPort)/v25.0/1/messages"
            try await MetaStandIn.playing(.answer(status, "{}", headers: [location])) { _, port in
                try await withClient(Cast.configuration(port: port)) { client in
                    let outcome = await client.failureOfReminder()

                    #expect(outcome == .unreadable(status: status, excerpt: "{}"))
                    #expect(elsewhere.requests.isEmpty, "The token must not travel to another host")
                }
            }
        }
    }

    @Test(
        "An answer that is not Meta's JSON leaves the outcome unknown",
        arguments: [(502, "<html>Bad Gateway</html>"), (500, ""), (200, ""), (200, "[]"), (503, #"{"status":"down"}"#)])
    func notMeta(status: Int, body: String) async throws {
        try await MetaStandIn.playing(.answer(status, body)) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome == .unreadable(status: status, excerpt: body))
                #expect(outcome?.leavesOutcomeUnknown == true)
            }
        }
    }

    @Test("A success without a message ID is not believed") func successWithoutID() async throws {
        try await MetaStandIn.playing(.answer(200, #"{"messaging_product":"whatsapp","messages":[{}]}"#)) { _, port in
            try await withClient(Cast.configuration(port: port)) { client in
                let outcome = await client.failureOfReminder()

                #expect(outcome == .unreadable(status: 200, excerpt: "An answer with the fields: messages, messaging_product"))
            }
        }
    }
}

extension GraphClient {
    fileprivate func failureOfSubscribing() async -> GraphFailure? {
        do {
            try await subscribe(to: Cast.account, token: Cast.token)
            return nil
        } catch {
            return error
        }
    }
}
