import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import Messaging

/// A browser as its push service and our server know it: it alone can open what it is sent.
struct Browser: Sendable {
    let name: String
    /// Its cookie.
    let secret: String
    private let key = P256.KeyAgreement.PrivateKey()
    private let shared = SymmetricKey(size: .bits128)

    init(_ name: String) {
        self.name = name
        secret = "browser-secret-of-\(name)"
    }

    var p256dh: String { key.publicKey.x963Representation.base64URLText }
    var auth: String { shared.withUnsafeBytes { Data($0) }.base64URLText }

    func endpoint(at service: String) -> String { "\(service)/push/\(name)" }

    func subscription() throws -> PushSubscription {
        try PushSubscription(
            endpoint: endpoint(at: "https://push.example"), p256dh: p256dh, auth: auth, allowed: PushHosts(["push.example"]))
    }

    /// Opens a body as browsers do: the derivation of RFC 8291, section 3.4, step by step.
    func open(_ body: [UInt8]) throws -> [UInt8] {
        let salt = Data(body[0..<16]), size = body[16..<20].reduce(0) { $0 << 8 | Int($1) }, length = Int(body[20])
        let sender = Data(body[21..<(21 + length)]), record = Data(body[(21 + length)...])
        #expect(size == 4_096 && length == 65 && record.count <= size)
        let secret = try key.sharedSecretFromKeyAgreement(with: P256.KeyAgreement.PublicKey(x963Representation: sender))
        let mac = { (key: Data, text: Data) in Data(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key))) }
        let first = mac(shared.withUnsafeBytes { Data($0) }, secret.withUnsafeBytes { Data($0) })
        let material = mac(first, Data("WebPush: info\0".utf8) + key.publicKey.x963Representation + sender + Data([1]))
        let second = mac(salt, material)
        let content = mac(second, Data("Content-Encoding: aes128gcm\0".utf8) + Data([1])).prefix(16)
        let nonce = mac(second, Data("Content-Encoding: nonce\0".utf8) + Data([1])).prefix(12)
        let box = try AES.GCM.SealedBox(nonce: AES.GCM.Nonce(data: nonce), ciphertext: record.dropLast(16), tag: record.suffix(16))
        let text = try AES.GCM.open(box, using: SymmetricKey(data: content))
        #expect(text.last == 2)
        return Array(text.dropLast())
    }
}

/// What somebody was posted.
struct Posted: Sendable {
    let path: String
    let headers: [String: String]
    let body: [UInt8]
}

/// Takes what is posted to it over real HTTP, with the answers that a test wants: a push service, or the platform.
final class PostOffice: Service {
    private let ports = AsyncStream<Int>.makeStream()
    private let state = Mutex<(posted: [Posted], answers: [(status: Int, retryAfter: String?)])>(([], []))

    /// Everything that came, in its order.
    var posted: [Posted] { state.withLock { $0.posted } }

    /// Answers the next posts so; later ones are taken.
    func answer(_ status: Int, retryAfter: String? = nil) {
        state.withLock { $0.answers.append((status, retryAfter)) }
    }

    func run() async throws {
        let router = Router()
        router.post("**") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let headers = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, _ in first })
            let answer = self.state.withLock { state in
                state.posted.append(Posted(path: request.uri.path, headers: headers, body: Array(buffer: body)))
                return state.answers.isEmpty ? (201, nil) : state.answers.removeFirst()
            }
            var fields: HTTPFields = [:]
            if let pause = answer.1 { fields[.retryAfter] = pause }
            return Response(status: .init(code: answer.0), headers: fields)
        }
        let continuation = ports.continuation
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: quietLogger)
        try await app.run()
    }

    private func origin() async -> String {
        for await port in ports.stream { return "http://127.0.0.1:\(port)" }
        return ""
    }

    /// Runs `body` with an office and its address.
    static func open(_ body: (PostOffice, _ origin: String) async throws -> Void) async throws {
        let office = PostOffice()
        try await running([office]) { try await body(office, await office.origin()) }
    }
}

extension World {
    /// Marek, who works for Olga.
    func marek() async throws -> Desk {
        try await messaging.landlords.add(colleague: Person.ID("marek"), named: "Marek Zielinski", to: Self.olga)
        let membership = try await messaging.landlords.membership(of: Person.ID("marek"), chosen: nil, creating: false, name: nil)
        return messaging.desk(of: membership)
    }

    /// Waits while the world's time runs faster.
    func soon(_ what: String, faster factor: Double = 10, _ condition: () async throws -> Bool) async throws {
        try await eventually(what) {
            clock.advance(by: factor / 100)
            return try await condition()
        }
    }
}
