import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

@testable import MetaSimulator

/// The landlord platform's side of the webhooks: keeps what came, answers what it is told to.
actor Receiver {
    struct Post: Sendable {
        let body: String
        let signature: String?
        let status: Int

        var changes: [(entry: String, field: String, value: JSON)] {
            (JSON.parse(body.utf8)?["entry"]?.items ?? []).flatMap { entry in
                (entry["changes"]?.items ?? []).map { (entry["id"]?.string ?? "", $0["field"]?.string ?? "", $0["value"] ?? .null) }
            }
        }
        var statuses: [JSON] { changes.flatMap { $0.value["statuses"]?.items ?? [] } }
        var messages: [JSON] { changes.flatMap { $0.value["messages"]?.items ?? [] } }
        var isSigned: Bool { signature == "sha256=" + hmac(body, key: secret) }
    }

    private(set) var posts: [Post] = []
    private var upcoming: [Int] = []
    private var bound: Int?
    private var portWaiters: [CheckedContinuation<Int, Never>] = []
    private var waiters: [(matches: @Sendable ([Post]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    func answerNext(_ statuses: [Int]) { upcoming = statuses }

    /// Waits until what has arrived satisfies the condition, and answers it.
    @discardableResult
    func arrived(_ matches: @escaping @Sendable ([Post]) -> Bool) async -> [Post] {
        if !matches(posts) { await withCheckedContinuation { waiters.append((matches, $0)) } }
        return posts
    }

    /// Waits for a status of that kind.
    func status(_ kind: String, data: String? = nil) async -> JSON {
        let matches: @Sendable (JSON) -> Bool = { status in
            status["status"]?.string == kind && (data == nil || status["biz_opaque_callback_data"]?.string == data)
        }
        let posts = await arrived { $0.flatMap(\.statuses).contains(where: matches) }
        return posts.flatMap(\.statuses).first(where: matches) ?? .null
    }

    /// Waits for the message with that text.
    func message(_ text: String) async -> Post? {
        let matches: @Sendable (Post) -> Bool = { $0.messages.contains { $0["text"]?["body"]?.string == text } }
        return await arrived { $0.contains(where: matches) }.first(where: matches)
    }

    func port() async -> Int {
        if let bound { return bound }
        return await withCheckedContinuation { portWaiters.append($0) }
    }

    nonisolated func run() async throws {
        let router = Router()
        router.post("webhook") { request, _ -> HTTPResponse.Status in
            let body = String(buffer: try await request.body.collect(upTo: 4 << 20))
            let signature = HTTPField.Name("X-Hub-Signature-256").flatMap { request.headers[$0] }
            return HTTPResponse.Status(code: await self.take(body, signature))
        }
        router.get("webhook") { request, _ -> String in
            request.uri.queryParameters["hub.verify_token"] == "hello" ? String(request.uri.queryParameters["hub.challenge"] ?? "") : "no"
        }
        var logger = Logger(label: "receiver")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in await self.started(channel.localAddress?.port ?? 0) }, logger: logger)
        let server = ServiceGroup(services: [application], logger: logger)
        let serving = Task { try await server.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task { await server.triggerGracefulShutdown() }
        }
    }

    private func take(_ body: String, _ signature: String?) -> Int {
        let status = upcoming.isEmpty ? 200 : upcoming.removeFirst()
        posts.append(Post(body: body, signature: signature, status: status))
        for waiter in waiters where waiter.matches(posts) { waiter.continuation.resume() }
        waiters.removeAll { $0.matches(posts) }
        return status
    }

    private func started(_ port: Int) {
        bound = port
        for waiter in portWaiters { waiter.resume(returning: port) }
        portWaiters = []
    }
}
