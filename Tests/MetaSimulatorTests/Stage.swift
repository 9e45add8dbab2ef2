import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import MetaSimulator

let secret = "a-secret-for-tests"
let brandt = (business: "202000000000001", account: "104000000000001", number: "109000000000001", digits: "442079460001")
let pavel = (business: "202000000000002", account: "104000000000002", number: "109000000000002", digits: "442079460002")

/// A running simulator, a receiver for its webhooks, and a clock that stands still until it is told.
struct Stage: Sendable {
    let simulator: Simulator
    let base: String
    let receiver: Receiver
    let clock: TestClock

    struct Answer: Sendable {
        let status: Int
        let text: String
        let location: String?
        var json: JSON { JSON.parse(text.utf8) ?? .null }
        var error: JSON { json["error"] ?? .null }
        var code: Int? { error["code"]?.int }
        var subcode: Int? { error["error_subcode"]?.int }
    }

    func call(
        _ method: HTTPMethodName, _ path: String, _ body: JSON? = nil, token: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.metaText))
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
        return Answer(status: Int(response.status.code), text: text, location: response.headers.first(name: "Location"))
    }

    enum HTTPMethodName: String { case GET, POST, PUT, DELETE }

    /// A Graph call with token and proof.
    func graph(_ method: HTTPMethodName, _ path: String, _ body: JSON? = nil, as token: String) async throws -> Answer {
        let separator = path.contains("?") ? "&" : "?"
        return try await call(method, "/v25.0/\(path)\(separator)appsecret_proof=\(hmac(token, key: secret))", body, token: token)
    }

    @discardableResult
    func control(_ path: String, _ body: JSON = [:]) async throws -> JSON {
        let answer = try await call(.POST, "/simulator/" + path, body)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    func signUp(_ business: String = brandt.business) async throws -> JSON { try await control("signups", ["business": .string(business)]) }

    func exchange(_ code: String, secret key: String = secret, app: String = "700000000000001", more: String = "") async throws -> Answer {
        try await call(.GET, "/v25.0/oauth/access_token?client_id=\(app)&client_secret=\(key)&code=\(code)" + more)
    }

    /// A token of the business, its account subscribed and its number registered.
    func connect(_ line: (business: String, account: String, number: String, digits: String) = brandt) async throws -> String {
        let code = try #require(try await signUp(line.business)["code"]?.string)
        let token = try #require(try await exchange(code).json["access_token"]?.string)
        #expect(try await graph(.POST, "\(line.account)/subscribed_apps", as: token).json == ["success": true])
        let registration: JSON = ["messaging_product": "whatsapp", "pin": "123456"]
        #expect(try await graph(.POST, "\(line.number)/register", registration, as: token).json == ["success": true])
        return token
    }

    @discardableResult
    func say(_ text: String, as person: String = "nadia", to number: String = brandt.number) async throws -> String {
        let body: JSON = ["phoneNumberId": .string(number), "type": "text", "text": ["body": .string(text)]]
        return try #require(try await control("phones/\(person)/messages", body)["wamid"]?.string)
    }

    func send(
        _ text: String, to: String = "+447700900118", from number: String = brandt.number, data: String? = nil, as token: String
    ) async throws -> Answer {
        let body = JSON.fields([
            "messaging_product": "whatsapp", "to": .string(to), "type": "text", "text": ["body": .string(text)],
            "biz_opaque_callback_data": data.map(JSON.string),
        ])
        return try await graph(.POST, number + "/messages", body, as: token)
    }

    func sendTemplate(_ name: String, _ parameters: KeyValuePairs<String, String>, language: String = "en_GB", as token: String)
        async throws -> Answer
    {
        let values = parameters.map { JSON.fields(["type": "text", "parameter_name": .string($0.key), "text": .string($0.value)]) }
        let body: JSON = [
            "messaging_product": "whatsapp", "to": "+447700900118", "type": "template",
            "template": [
                "name": .string(name), "language": ["code": .string(language)],
                "components": [["type": "body", "parameters": .array(values)]],
            ],
        ]
        return try await graph(.POST, brandt.number + "/messages", body, as: token)
    }

    func shown(on person: String = "nadia") async throws -> [JSON] {
        try await call(.GET, "/simulator/phones/\(person)/messages").json["items"]?.items ?? []
    }

    func fault(_ kind: String, _ settings: [String: JSON] = [:]) async throws -> String {
        let body = JSON.object(settings.merging(["kind": .string(kind)]) { $1 })
        return try #require(try await control("faults", body)["id"]?.string)
    }
}

/// Lower-case hex of an HMAC-SHA256, computed without the simulator's own code.
func hmac(_ message: String, key: String) -> String {
    HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: SymmetricKey(data: Data(key.utf8)))
        .map { String(format: "%02x", $0) }.joined()
}

final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_795_000_000))
    var now: Date { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

/// Runs a simulator and a webhook receiver for the length of `body`.
func onStage(
    _ configure: @Sendable (inout SimulatorConfiguration) -> Void = { _ in }, _ body: @Sendable @escaping (Stage) async throws -> Void
) async throws {
    let receiver = Receiver()
    let clock = TestClock()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await receiver.run() }
        var configuration = SimulatorConfiguration()
        configuration.appSecret = secret
        configuration.webhookURL = "http://127.0.0.1:\(await receiver.port())/webhook"
        configuration.clock = { clock.now }
        configuration.statusDelay = .milliseconds(5)
        configuration.reviewDelay = .milliseconds(5)
        configuration.retryPause = .milliseconds(10)
        configure(&configuration)
        let simulator = try Simulator(configuration, logger: quiet)
        group.addTask { try await simulator.run() }
        let base = "http://127.0.0.1:\(await simulator.port())"
        try await body(Stage(simulator: simulator, base: base, receiver: receiver, clock: clock))
        group.cancelAll()
    }
}

/// Olga's line is connected and Nadia has just written.
func withOpenWindow(_ body: @Sendable @escaping (Stage, String) async throws -> Void) async throws {
    try await onStage { stage in
        let token = try await stage.connect()
        try await stage.say("Is the heating fixed?")
        try await body(stage, token)
    }
}

private let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

extension Stage {
    /// Sends a form as a page's own button does.
    func post(_ path: String, _ form: String, origin: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "Origin", value: origin ?? base)
        request.body = .bytes(ByteBuffer(string: form))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
        return Answer(status: Int(response.status.code), text: text, location: response.headers.first(name: "Location"))
    }
}

extension Stage {
    /// Waits until no webhook, or only so many, are waiting any more; says so when more wait on and on.
    func settled(leaving rest: Int = 0, within time: Duration = .seconds(60)) async throws {
        let deadline = ContinuousClock.now + time
        var pending = try await call(.GET, "/simulator/pending").json
        while pending != ["webhooks": .int(rest)] {
            guard ContinuousClock.now < deadline else { throw NeverSettled(pending: pending) }
            try await Task.sleep(for: .milliseconds(5))
            pending = try await call(.GET, "/simulator/pending").json
        }
    }
}

/// Webhooks that were neither delivered nor given up in time.
struct NeverSettled: Error {
    let pending: JSON
}
